-- name: get
-- What is being written of a survey.
SELECT * FROM survey_drafts WHERE survey = :survey

-- name: all
-- Every open draft.
SELECT survey, based_on, step, author_id, created_at, changed_by, changed_at FROM survey_drafts ORDER BY survey

-- name: hold
-- Nobody else takes a step of a draft until the commit.
UPDATE survey_drafts SET step = step WHERE survey = :survey

-- name: begin
-- The one open draft of a survey. Where another was begun at the same moment, it is a conflict, and all is run again.
INSERT INTO survey_drafts (survey, body, based_on, step, author_id, created_at, changed_by, changed_at)
VALUES (:survey, :body, :based_on, 1, :author_id, :now, :author_id, :now)

-- name: save
-- Another step of a draft, where nobody else has taken one since it was read.
UPDATE survey_drafts SET body = :body, step = step + 1, changed_by = :actor_id, changed_at = :now
WHERE survey = :survey AND step = :step

-- name: rename
-- A draft of a survey that was never published, under another key.
UPDATE survey_drafts SET survey = :new, body = :body, step = step + 1, changed_by = :actor_id, changed_at = :now
WHERE survey = :survey AND step = :step

-- name: end
-- The draft is published or given up.
DELETE FROM survey_drafts WHERE survey = :survey

-- name: propose
-- A change that another admin is to approve.
INSERT INTO survey_proposals (id, survey, body, step, why, proposer_id, channel, address, state, created_at)
VALUES (:id, :survey, :body, :step, :why, :proposer_id, :channel, :address, 'open', :now)

-- name: withdraw
-- What was proposed of a survey is not asked any more.
UPDATE survey_proposals SET state = 'withdrawn', decided_by = :actor_id, decided_at = :now
WHERE survey = :survey AND state = 'open'

-- name: proposal
-- One proposal, with the names of who made and who decided it.
SELECT p.*, COALESCE(a.name, '') AS proposer, COALESCE(b.name, '') AS decider FROM survey_proposals p
LEFT JOIN people a ON a.id = p.proposer_id
LEFT JOIN people b ON b.id = p.decided_by
WHERE p.id = :id

-- name: open_proposal
-- The proposal about a survey that waits for an answer.
SELECT id, survey, step, why, proposer_id, created_at FROM survey_proposals WHERE survey = :survey AND state = 'open'

-- name: open_proposals
-- All proposals that wait for an answer, oldest first, with the names of who made them.
SELECT p.id, p.survey, p.why, COALESCE(a.name, '') AS proposer FROM survey_proposals p
LEFT JOIN people a ON a.id = p.proposer_id
WHERE p.state = 'open' ORDER BY p.created_at, p.id

-- name: decide
-- Approved or refused, by the first who says so.
UPDATE survey_proposals SET state = :state, decided_by = :actor_id, decided_at = :now WHERE id = :id AND state = 'open'
