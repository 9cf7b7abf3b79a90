-- What a request made besides, the step it ticked or the goodwill it asked for; and its age, for it is kept so long.

ALTER TABLE case_requests ADD COLUMN made TEXT NOT NULL DEFAULT '';

CREATE INDEX case_requests_made_at ON case_requests (made_at);
