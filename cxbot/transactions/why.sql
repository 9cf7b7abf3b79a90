-- name: of_person
-- What was asked and what was not, with the reasons, newest first.
SELECT at, survey, what, reason, detail FROM (
    SELECT decided_at AS at, survey, what, reason, detail, id FROM decisions WHERE person_id = :person_id
    UNION ALL
    SELECT asked_at AS at, survey, 'asked' AS what, '' AS reason, '{}' AS detail, id FROM invitations
    WHERE person_id = :person_id AND asked_at > 0
    UNION ALL
    SELECT ended_at AS at, survey, state AS what, CASE WHEN reason = 'merged' THEN 'merged' WHEN state = 'expired' THEN 'no_answer' ELSE '' END AS reason, '{}' AS detail, id
    FROM invitations WHERE person_id = :person_id AND asked_at > 0 AND ended_at > 0 AND state IN ('done', 'expired')
) AS told ORDER BY at DESC, id DESC LIMIT :most
