-- name: open
-- Somebody acted: the allowance of this kind begins anew. One without an end is added to: each stands for one promise.
INSERT INTO allowances (channel, address, kind, opened, left_over, until_at)
VALUES (:channel, :address, :kind, :count, :count, :until_at)
ON CONFLICT (channel, address, kind) DO UPDATE SET
    opened = excluded.opened,
    left_over = CASE WHEN excluded.until_at = 0 THEN allowances.left_over + excluded.left_over ELSE excluded.left_over END,
    until_at = CASE WHEN excluded.until_at > allowances.until_at THEN excluded.until_at ELSE allowances.until_at END

-- name: left
-- What is left at an address now; what ends first comes first, what has no end last.
SELECT kind, opened, left_over, until_at FROM allowances
WHERE channel = :channel AND address = :address AND left_over > 0 AND (until_at = 0 OR until_at > :machine)
ORDER BY CASE WHEN until_at = 0 THEN 1 ELSE 0 END, until_at, kind

-- name: spend
-- One was used.
UPDATE allowances SET left_over = left_over - 1
WHERE channel = :channel AND address = :address AND kind = :kind AND left_over > 0

-- name: close
-- The platform says that nothing is left, whatever was counted.
UPDATE allowances SET left_over = 0 WHERE channel = :channel AND address = :address AND kind = :kind
