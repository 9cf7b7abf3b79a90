"""Slack's hot path: signed presses, forms and typed answers, against a floor and against a small bot on stock bolt."""
