-- name: scores
-- How often each score was given in a period: all the answers there are, from the counts kept beside them.
SELECT survey, version, metric, score, SUM(n) AS n FROM rollups
WHERE day >= :since_day AND day <= :until_day AND (:touchpoint = '' OR touchpoint = :touchpoint) AND (:team_id = '' OR team_id = :team_id)
GROUP BY survey, version, metric, score HAVING SUM(n) > 0 ORDER BY survey, version, score

-- name: by_week
-- Scores of one metric by touchpoint and day, from which weeks are made.
SELECT day, touchpoint, survey, version, score, SUM(n) AS n FROM rollups
WHERE metric = :metric AND day >= :since_day AND day < :until_day
GROUP BY day, touchpoint, survey, version, score ORDER BY day, touchpoint, score

-- name: dispositions
-- What became of the invitations of a period, by what tells whose they are: of which team is not asked here.
SELECT i.state AS invitation_state, COALESCE(r.state, '') AS response_state, COALESCE(r.team_id, '') AS answered_team,
       COALESCE(x.team_id, '') AS team_id, COALESCE(x.touchpoint, '') AS touchpoint, COUNT(*) AS n
FROM invitations i LEFT JOIN responses r ON r.id = i.response_id AND i.response_id <> ''
LEFT JOIN interactions x ON x.id = i.interaction_id
WHERE i.created_at >= :since AND i.created_at < :until AND i.state <> 'waiting'
  AND (:touchpoint = '' OR x.touchpoint = :touchpoint)
GROUP BY i.state, COALESCE(r.state, ''), COALESCE(r.team_id, ''), COALESCE(x.team_id, ''), COALESCE(x.touchpoint, '')

-- name: cases
-- What became of the cases opened in a period; a merged one is counted as the case it went into, and a recovery is
-- one that was not opened again.
SELECT COUNT(*) AS opened,
       COALESCE(SUM(CASE WHEN state IN ('open', 'claimed') THEN 1 ELSE 0 END), 0) AS still_open,
       COALESCE(SUM(CASE WHEN state IN ('open', 'claimed') AND (broken_at > 0 OR contacted_at = 0 AND promised_at > 0 AND promised_at < :now) THEN 1 ELSE 0 END), 0) AS overdue,
       COALESCE(SUM(CASE WHEN state = 'closed' AND confirm = 'yes' AND reopened = 0 THEN 1 ELSE 0 END), 0) AS confirmed,
       COALESCE(SUM(CASE WHEN state = 'dismissed' THEN 1 ELSE 0 END), 0) AS dismissed,
       COALESCE(SUM(CASE WHEN reopened > 0 THEN 1 ELSE 0 END), 0) AS reopened
FROM cases
WHERE opened_at >= :since AND opened_at < :until AND state <> 'merged' AND (:touchpoint = '' OR touchpoint = :touchpoint) AND (:team_id = '' OR team_id = :team_id)

-- name: touchpoints
-- Every touchpoint that was ever answered about.
SELECT DISTINCT touchpoint FROM rollups
