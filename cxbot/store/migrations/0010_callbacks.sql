-- By when a colleague promised the customer to come back to them (0: nothing is promised), and when the colleague is
-- reminded of it. And when the alert of a case that came outside the team's hours is to be shown (0: it has been).

ALTER TABLE cases ADD COLUMN callback_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN callback_remind_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN alert_at BIGINT NOT NULL DEFAULT 0;
