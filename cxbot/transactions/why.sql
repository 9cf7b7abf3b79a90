-- name: of_person
-- What was asked and what was not, with the reasons, newest first, each with the team of what it is about. Of a survey
-- that a colleague's words came into, a decision tells.
SELECT told.at, told.survey, told.what, told.reason, told.detail, told.interaction_id, x.team_id, x.touchpoint FROM (
    SELECT decided_at AS at, survey, what, reason, detail, interaction_id, id FROM decisions WHERE person_id = :person_id
    UNION ALL
    SELECT asked_at AS at, survey, 'asked' AS what, '' AS reason, '{}' AS detail, interaction_id, id FROM invitations
    WHERE person_id = :person_id AND asked_at > 0
    UNION ALL
    SELECT ended_at AS at, survey, state AS what, CASE WHEN reason = 'merged' THEN 'merged' WHEN state = 'expired' THEN 'no_answer' ELSE '' END AS reason, '{}' AS detail, interaction_id, id
    FROM invitations WHERE person_id = :person_id AND asked_at > 0 AND ended_at > 0 AND state IN ('done', 'expired')
      AND reason <> 'talking'
) AS told LEFT JOIN interactions x ON x.id = told.interaction_id
ORDER BY told.at DESC, told.id DESC LIMIT :most
