"""What Slack's errors mean for a message: one table by (method, code), each with one outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cxbot.ports import Misconfigured, Outcome, Refused, TryLater, Unknown, Unreachable

ANY = "*"


class ApiError(Exception):
    """Slack answered a call with an error. `after`: ms it asked to wait."""

    def __init__(self, method: str, code: str, *, after: int = 0, detail: str = "") -> None:
        super().__init__(f"{method}: {code}")
        self.method = method
        self.code = code
        self.after = after
        self.detail = detail


class NoAnswer(Exception):
    """Whether Slack has done it nobody knows. `begun`: the call had left us."""

    def __init__(self, method: str, what: str, *, begun: bool) -> None:
        super().__init__(f"{method}: {what}")
        self.begun = begun


@dataclass(frozen=True, slots=True)
class _Meaning:
    make: Callable[[str], Outcome]
    words: str


Meanings: TypeAlias = Mapping[tuple[str, str], _Meaning]


def _person(words: str) -> _Meaning:
    return _Meaning(Unreachable, words)


def _place(words: str) -> _Meaning:
    return _Meaning(Unreachable, words)


def _config(words: str) -> _Meaning:
    return _Meaning(Misconfigured, words)


def _partly(words: str) -> _Meaning:
    return _Meaning(lambda what_to_do: Misconfigured(what_to_do, partly=True), words)


def _ours(words: str) -> _Meaning:
    return _Meaning(Refused, words)


def _later(words: str) -> _Meaning:
    return _Meaning(TryLater, words)


_TOKEN = "Slack refuses the bot token. Install the app again and put the new token into channels.slack.bot_token."  # noqa: S105 -- words
_ARCHIVED = "the channel is archived"
_NOT_IN = "the bot is not in the channel; invite it there with /invite"
_GONE = "the channel does not exist, or the bot may not see it; invite it there with /invite"
_LONG = "the message is too long for Slack"
_BLOCKS = "Slack refuses the blocks of the message"

MEANINGS: Meanings = {
    # The person.
    # A scope that only some messages need does not keep back the others.
    ("users.lookupByEmail", "missing_scope"): _partly("The app cannot find people by e-mail. Add the scope"),
    ("conversations.open", "missing_scope"): _partly("The app cannot write to people. Add the scope"),
    ("chat.postEphemeral", "missing_scope"): _partly("The app lacks a scope. Add it and install the app again"),
    ("users.info", "user_not_found"): _person("Slack knows no such user"),
    ("users.info", "user_not_visible"): _person("the app may not see this user"),
    ("users.lookupByEmail", "users_not_found"): _person("nobody in Slack has this e-mail address"),
    ("conversations.open", "user_not_found"): _person("Slack knows no such user, or only in a shared channel"),
    ("conversations.open", "users_not_found"): _person("Slack knows no such user"),
    ("conversations.open", "user_not_visible"): _person("the app may not see this user"),
    ("conversations.open", "user_disabled"): _person("the account is deactivated"),
    ("conversations.open", "account_inactive"): _person("the account is deactivated"),
    ("conversations.open", "cannot_dm_bot"): _person("this is a bot"),
    ("conversations.open", "cannot_dm_self"): _person("this is the bot itself"),
    ("conversations.open", "invalid_user_combination"): _person("somebody of another company"),
    ("conversations.open", "method_not_supported_for_channel_type"): _person("this is no user"),
    ("conversations.open", "users_list_not_supplied"): _ours("no user was named"),
    ("conversations.open", "not_enough_users"): _ours("no user was named"),
    ("conversations.open", "too_many_users"): _ours("more than one user was named"),
    ("conversations.open", "channel_not_found"): _person("the conversation cannot be opened"),
    ("chat.postEphemeral", "user_not_in_channel"): _person("the person is not in the channel"),
    (ANY, "user_not_found"): _person("Slack knows no such user"),
    (ANY, "user_disabled"): _person("the account is deactivated"),
    # The place.
    (ANY, "channel_not_found"): _place(_GONE),
    (ANY, "not_in_channel"): _place(_NOT_IN),
    (ANY, "is_archived"): _place(_ARCHIVED),
    (ANY, "restricted_action"): _place("posting in the channel is restricted; allow the app to post there"),
    (ANY, "restricted_action_read_only_channel"): _place("the channel is read-only"),
    (ANY, "restricted_action_thread_only_channel"): _place("the channel takes replies in threads only"),
    (ANY, "restricted_action_non_threadable_channel"): _place("the channel takes no threads"),
    (ANY, "restricted_action_thread_locked"): _place("the thread is locked"),
    (ANY, "channel_type_not_supported"): _place("nothing can be posted in a channel of this kind"),
    (ANY, "team_not_found"): _place("the workspace is gone"),
    # The app.
    (ANY, "invalid_auth"): _config(_TOKEN),
    (ANY, "not_authed"): _config(_TOKEN),
    (ANY, "token_revoked"): _config(_TOKEN),
    (ANY, "token_expired"): _config(_TOKEN),
    (ANY, "account_inactive"): _config(_TOKEN),
    (ANY, "org_login_required"): _config("The workspace is being moved; wait until Slack has finished."),
    (ANY, "enterprise_is_restricted"): _config("The organisation does not allow the app. Ask its owners."),
    (ANY, "team_access_not_granted"): _config("The app has no access to this workspace. Install it there."),
    (ANY, "ekm_access_denied"): _config("The organisation's owners have suspended access to messages. Ask them."),
    (ANY, "no_permission"): _config("The app lacks a permission. Compare its scopes with docs/slack-manifest.yaml."),
    (ANY, "missing_scope"): _config("The app lacks a scope. Add it and install the app again"),
    (ANY, "not_allowed_token_type"): _config("channels.slack.bot_token is no bot token. It begins with xoxb-."),
    (ANY, "access_denied"): _config("Slack denies access. Look whether the app is still installed and approved."),
    (ANY, "two_factor_setup_required"): _config("Slack asks whoever installed the app for two factors."),
    (ANY, "messages_tab_disabled"): _config("People cannot write to the app. Switch on its Messages tab."),
    (ANY, "method_deprecated"): _config("Slack no longer has a method the bot uses. Update the bot."),
    (ANY, "deprecated_endpoint"): _config("Slack no longer has a method the bot uses. Update the bot."),
    # Our mistake.
    (ANY, "msg_too_long"): _ours(_LONG),
    (ANY, "msg_blocks_too_long"): _ours(_LONG),
    (ANY, "no_text"): _ours("the message is empty"),
    (ANY, "invalid_blocks"): _ours(_BLOCKS),
    (ANY, "invalid_blocks_format"): _ours(_BLOCKS),
    (ANY, "invalid_attachments"): _ours(_BLOCKS),
    (ANY, "too_many_attachments"): _ours(_BLOCKS),
    (ANY, "attachment_payload_limit_exceeded"): _ours(_LONG),
    (ANY, "invalid_arguments"): _ours("Slack refuses the arguments"),
    (ANY, "invalid_arg_name"): _ours("Slack refuses the arguments"),
    (ANY, "invalid_array_arg"): _ours("Slack refuses the arguments"),
    (ANY, "invalid_charset"): _ours("Slack refuses the arguments"),
    (ANY, "invalid_form_data"): _ours("Slack refuses the arguments"),
    (ANY, "invalid_post_type"): _ours("Slack refuses the arguments"),
    (ANY, "missing_post_type"): _ours("Slack refuses the arguments"),
    (ANY, "invalid_metadata_format"): _ours("Slack refuses the metadata"),
    (ANY, "invalid_metadata_schema"): _ours("Slack refuses the metadata"),
    (ANY, "metadata_too_large"): _ours("Slack refuses the metadata"),
    (ANY, "metadata_must_be_sent_from_app"): _ours("Slack refuses the metadata"),
    (ANY, "markdown_text_conflict"): _ours("Slack refuses the text"),
    (ANY, "cannot_reply_to_message"): _ours("there is no such thread any more"),
    (ANY, "thread_not_found"): _ours("there is no such thread any more"),
    (ANY, "message_not_found"): _ours("the message is gone"),
    (ANY, "cant_update_message"): _ours("the message is not the bot's"),
    (ANY, "edit_window_closed"): _ours("the message is too old to change"),
    (ANY, "file_upload_size_restricted"): _ours("the file is too large for the workspace"),
    (ANY, "storage_limit_reached"): _ours("the workspace has no room for files"),
    # Later.
    (ANY, "ratelimited"): _later("Slack asks to wait"),
    (ANY, "rate_limited"): _later("Slack asks to wait"),
    (ANY, "message_limit_exceeded"): _later("the workspace has reached its number of messages"),
    (ANY, "internal_error"): _later("Slack has a fault"),
    (ANY, "fatal_error"): _later("Slack has a fault"),
    (ANY, "service_unavailable"): _later("Slack has a fault"),
    (ANY, "request_timeout"): _later("Slack has a fault"),
    (ANY, "team_added_to_org"): _later("the workspace is being moved"),
    (ANY, "accesslimited"): _later("Slack limits access for now"),
}

GONE_MESSAGE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "cannot_reply_to_message",
                          "thread_not_found"})  # fmt: skip
"""Codes after which a replacement or a reply goes out as a message of its own."""
ELSEWHERE = frozenset({"invalid_user_combination", "user_not_found", "user_not_visible", "cannot_dm_bot"})
"""Codes of `conversations.open` after which somebody may still be reached in a shared channel."""


def outcome(error: ApiError | NoAnswer) -> Outcome:
    """What becomes of a message whose call ended so."""
    if isinstance(error, NoAnswer):
        return Unknown(str(error)) if error.begun else TryLater(str(error))
    meaning = MEANINGS.get((error.method, error.code)) or MEANINGS.get((ANY, error.code))
    if meaning is None:
        # Nobody has met it yet: the message is kept, tried again, and at last a dead letter with this word.
        return TryLater(f"{error.method}: {error.code}, which is not known here", error.after)
    made = meaning.make(f"{meaning.words}: {error.detail}" if error.detail else meaning.words)
    return TryLater(made.reason, error.after) if isinstance(made, TryLater) else made
