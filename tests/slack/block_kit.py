"""What Slack refuses in messages and views, by the limits it documents."""

from __future__ import annotations

import json
import re

BLOCKS = {"message": 50, "modal": 100, "home": 100}
TEXT = 3000
MESSAGE_TEXT = 40_000
MESSAGE_BLOCKS = 13_000
VIEW_BYTES = 250_000
ID = 255
LINK = 3000
STYLES = ("primary", "danger")

_SELECTS = "static external users conversations channels".split()
_PICKERS = ["datepicker", "timepicker"]
_ONE_OF = ["radio_buttons", "checkboxes"]
_MENUS = [f"{kind}_select" for kind in _SELECTS] + [f"multi_{kind}_select" for kind in _SELECTS]
ACTIONS = {"button", "overflow", "datetimepicker", "workflow_button", *_MENUS, *_PICKERS, *_ONE_OF}
ACCESSORIES = {"button", "overflow", "workflow_button", "image", *_MENUS, *_PICKERS, *_ONE_OF}
TYPED = ["plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"]
INPUTS = {"datetimepicker", "file_input", *TYPED, *_MENUS, *_PICKERS, *_ONE_OF}

_BLOCK_KEYS = {
    "section": "text fields accessory expand",
    "actions": "elements",
    "context": "elements",
    "context_actions": "elements",
    "divider": "",
    "header": "text",
    "image": "image_url slack_file alt_text title",
    "input": "label element hint optional dispatch_action",
    "video": "alt_text author_name description provider_icon_url provider_name title title_url thumbnail_url video_url",
    "rich_text": "elements",
    "markdown": "text",
    "file": "external_id source",
    "table": "rows column_settings",
}
_SURFACES = {"markdown": ("message",), "file": ("message",), "table": ("message",), "context_actions": ("message",)}
_MENU_KEYS = "placeholder confirm focus_on_load"
_ELEMENT_KEYS = {
    "button": "text url value style confirm accessibility_label",
    "workflow_button": "text workflow style accessibility_label",
    "overflow": "options confirm",
    "image": "image_url slack_file alt_text",
    "checkboxes": "options initial_options confirm focus_on_load",
    "radio_buttons": "options initial_option confirm focus_on_load",
    "datepicker": f"initial_date {_MENU_KEYS}",
    "timepicker": f"initial_time timezone {_MENU_KEYS}",
    "datetimepicker": "initial_date_time confirm focus_on_load",
    "static_select": f"options option_groups initial_option {_MENU_KEYS}",
    "external_select": f"initial_option min_query_length {_MENU_KEYS}",
    "users_select": f"initial_user {_MENU_KEYS}",
    "conversations_select": f"initial_conversation default_to_current_conversation response_url_enabled filter {_MENU_KEYS}",
    "channels_select": f"initial_channel response_url_enabled {_MENU_KEYS}",
    "multi_static_select": f"options option_groups initial_options max_selected_items {_MENU_KEYS}",
    "multi_external_select": f"initial_options min_query_length max_selected_items {_MENU_KEYS}",
    "multi_users_select": f"initial_users max_selected_items {_MENU_KEYS}",
    "multi_conversations_select": (
        f"initial_conversations default_to_current_conversation filter max_selected_items {_MENU_KEYS}"
    ),
    "multi_channels_select": f"initial_channels max_selected_items {_MENU_KEYS}",
    "plain_text_input": (
        "initial_value multiline min_length max_length dispatch_action_config focus_on_load placeholder"
    ),
    "email_text_input": "initial_value dispatch_action_config focus_on_load placeholder",
    "url_text_input": "initial_value dispatch_action_config focus_on_load placeholder",
    "rich_text_input": "initial_value dispatch_action_config focus_on_load placeholder",
    "number_input": (
        "is_decimal_allowed initial_value min_value max_value dispatch_action_config focus_on_load placeholder"
    ),
    "file_input": "filetypes max_files",
}
_VIEW_KEYS = {
    "modal": "title blocks submit close private_metadata callback_id clear_on_close notify_on_close external_id "
    "submit_disabled",
    "home": "blocks private_metadata callback_id external_id",
}


def problems(blocks, *, surface="message"):
    """What Slack would refuse in these blocks; empty where it takes them."""
    check = _Check(surface)
    check.blocks("/blocks", blocks)
    return check.found


def view_problems(view):
    """What Slack would refuse in a modal or a Home tab."""
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in _VIEW_KEYS:
        return [_at("must be modal or home", "/view/type")]
    check = _Check(kind)
    check.keys("/view", view, _VIEW_KEYS[kind], common="type")
    check.blocks("/view/blocks", view.get("blocks"))
    for name, most in (("private_metadata", 3000), ("callback_id", ID), ("external_id", ID)):
        check.string(f"/view/{name}", view.get(name, ""), most, least=0)
    if kind == "modal":
        check.text("/view/title", view.get("title"), 24)
        for name in ("submit", "close"):
            if view.get(name) is not None:
                check.text(f"/view/{name}", view[name], 24)
        if "input" in _types(view.get("blocks")) and not view.get("submit"):
            check.add("is required when there are input blocks", "/view/submit")
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        check.add(f"must be less than {VIEW_BYTES + 1} bytes", "/view")
    return check.found


def message_problems(payload):
    """What Slack would refuse in a message, and a missing `text`, which it takes but screen readers miss."""
    check = _Check("message")
    text, blocks, attachments = payload.get("text"), payload.get("blocks"), payload.get("attachments")
    if not isinstance(text, str) or not text.strip():
        check.add("must not be empty (no_text)", "/text")
    elif len(text) > MESSAGE_TEXT:
        check.add(f"must be less than {MESSAGE_TEXT + 1} characters (msg_too_long)", "/text")
    every = []
    if blocks:
        check.blocks("/blocks", blocks)
        every += blocks if isinstance(blocks, list) else []
    for n, attachment in enumerate(attachments or ()):
        if attachment.get("blocks"):
            check.blocks(f"/attachments/{n}/blocks", attachment["blocks"])
            every += attachment["blocks"]
    if every and len(json.dumps(every, ensure_ascii=False, separators=(",", ":"))) > MESSAGE_BLOCKS:
        check.add(f"must be less than {MESSAGE_BLOCKS + 1} characters in all (msg_blocks_too_long)", "/blocks")
    return check.found


def _at(what, path):
    return f"{what} [json-pointer:{path}]"


def _types(blocks):
    return [block.get("type") for block in blocks or () if isinstance(block, dict)]


class _Check:
    """Gathers what is wrong, with a pointer to where."""

    def __init__(self, surface):
        self.surface = surface
        self.found = []
        self._focused = 0

    def add(self, what, path):
        self.found.append(_at(what, path))

    # Parts ------------------------------------------------------------------------------------------------------------

    def string(self, path, value, most, *, least=1):
        """A plain string of bounded length."""
        if not isinstance(value, str):
            self.add("must be a string", path)
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", path)
        elif len(value) < least or (least and not value.strip()):
            self.add("must not be empty", path)

    def text(self, path, value, most, kinds=("plain_text",)):
        """A text object of bounded length."""
        if not isinstance(value, dict) or value.get("type") not in kinds:
            self.add(f"must be {' or '.join(kinds)}", path)
            return
        self.string(f"{path}/text", value.get("text"), most)
        self.keys(path, value, "text emoji" if value["type"] == "plain_text" else "text verbatim", common="type")

    def keys(self, path, value, allowed, common="type block_id"):
        """Nothing but what Slack knows."""
        for key in set(value) - set(allowed.split()) - set(common.split()):
            self.add(f"invalid additional property: {key}", path)

    def items(self, path, value, most, least=1):
        """A list of bounded length; what can be looked at of it."""
        if not isinstance(value, list):
            self.add("must be a list", path)
            return []
        if len(value) > most:
            self.add(f"no more than {most} items allowed", path)
        if len(value) < least:
            self.add(f"at least {least} items needed", path)
        return value

    # Blocks -----------------------------------------------------------------------------------------------------------

    def blocks(self, path, blocks):
        """A list of blocks."""
        seen = set()
        for n, block in enumerate(self.items(path, blocks, BLOCKS[self.surface], least=0)):
            here = f"{path}/{n}"
            if not isinstance(block, dict) or block.get("type") not in _BLOCK_KEYS:
                self.add(f"unsupported type: {block.get('type') if isinstance(block, dict) else block}", here)
                continue
            kind = block["type"]
            if self.surface not in _SURFACES.get(kind, (self.surface,)):
                self.add(f"unsupported type: {kind} in {self.surface}", here)
            self.keys(here, block, _BLOCK_KEYS[kind])
            if "block_id" in block:
                self.string(f"{here}/block_id", block["block_id"], ID)
                if block["block_id"] in seen:
                    self.add(f"block_id already exists: {block['block_id']}", f"{here}/block_id")
                seen.add(block["block_id"])
            look = getattr(self, f"_{kind}", None)
            if look is not None:
                look(here, block)

    def _section(self, path, block):
        if "text" not in block and "fields" not in block:
            self.add("text or fields is needed", path)
        if "text" in block:
            self.text(f"{path}/text", block["text"], TEXT, ("plain_text", "mrkdwn"))
        if "fields" in block:
            for n, field in enumerate(self.items(f"{path}/fields", block["fields"], 10)):
                self.text(f"{path}/fields/{n}", field, 2000, ("plain_text", "mrkdwn"))
        if "accessory" in block:
            self.element(f"{path}/accessory", block["accessory"], ACCESSORIES)

    def _actions(self, path, block):
        seen = set()
        for n, element in enumerate(self.items(f"{path}/elements", block.get("elements"), 25)):
            here = f"{path}/elements/{n}"
            self.element(here, element, ACTIONS)
            action_id = element.get("action_id") if isinstance(element, dict) else None
            if action_id is not None and action_id in seen:
                self.add(f"action_id already exists: {action_id}", f"{here}/action_id")
            seen.add(action_id)

    def _context(self, path, block):
        for n, element in enumerate(self.items(f"{path}/elements", block.get("elements"), 10)):
            here = f"{path}/elements/{n}"
            if isinstance(element, dict) and element.get("type") == "image":
                self.element(here, element, {"image"})
            else:
                self.text(here, element, TEXT, ("plain_text", "mrkdwn"))

    def _header(self, path, block):
        self.text(f"{path}/text", block.get("text"), 150)

    def _image(self, path, block):
        if ("image_url" in block) == ("slack_file" in block):
            self.add("one of image_url and slack_file is needed", path)
        if "image_url" in block:
            self.string(f"{path}/image_url", block["image_url"], LINK)
        self.string(f"{path}/alt_text", block.get("alt_text"), 2000)
        if "title" in block:
            self.text(f"{path}/title", block["title"], 2000)

    def _input(self, path, block):
        self.text(f"{path}/label", block.get("label"), 2000)
        if "hint" in block:
            self.text(f"{path}/hint", block["hint"], 2000)
        self.element(f"{path}/element", block.get("element"), INPUTS)

    def _markdown(self, path, block):
        self.string(f"{path}/text", block.get("text"), 12_000)

    def _rich_text(self, path, block):
        kinds = {f"rich_text_{kind}" for kind in ("section", "list", "preformatted", "quote")}
        for n, element in enumerate(self.items(f"{path}/elements", block.get("elements"), 1000)):
            if not isinstance(element, dict) or element.get("type") not in kinds:
                self.add("unsupported type", f"{path}/elements/{n}")

    def _table(self, path, block):
        for n, row in enumerate(self.items(f"{path}/rows", block.get("rows"), 100)):
            self.items(f"{path}/rows/{n}", row, 20)

    def _video(self, path, block):
        self.text(f"{path}/title", block.get("title"), 200)
        for name in ("alt_text", "thumbnail_url", "video_url"):
            self.string(f"{path}/{name}", block.get(name), LINK)

    # Elements ---------------------------------------------------------------------------------------------------------

    def element(self, path, element, allowed):
        """One interactive element or image."""
        kind = element.get("type") if isinstance(element, dict) else None
        if kind not in allowed:
            self.add(f"unsupported type: {kind}", path)
            return
        self.keys(path, element, _ELEMENT_KEYS[kind], common="type" if kind == "image" else "type action_id")
        if "action_id" in element:
            self.string(f"{path}/action_id", element["action_id"], ID)
        if "placeholder" in element:
            self.text(f"{path}/placeholder", element["placeholder"], 150)
        if "confirm" in element:
            self._confirm(f"{path}/confirm", element["confirm"])
        if element.get("focus_on_load"):
            self._focused += 1
            if self._focused > 1:
                self.add("only one element can have focus", f"{path}/focus_on_load")
        look = getattr(self, f"_element_{kind}", None)
        if look is not None:
            look(path, element)

    def _element_image(self, path, element):
        self._image(path, element)

    def _element_button(self, path, element):
        self.text(f"{path}/text", element.get("text"), 75)
        for name, most in (("value", 2000), ("url", LINK), ("accessibility_label", 75)):
            if name in element:
                self.string(f"{path}/{name}", element[name], most)
        self._style(path, element)

    def _element_workflow_button(self, path, element):
        self.text(f"{path}/text", element.get("text"), 75)
        self._style(path, element)

    def _element_overflow(self, path, element):
        self._options(path, element, 5, url=True)

    def _element_static_select(self, path, element):
        if ("options" in element) == ("option_groups" in element):
            self.add("one of options and option_groups is needed", path)
        elif "options" in element:
            self._options(path, element, 100)
        else:
            self._groups(path, element)
        if "max_selected_items" in element and not _is_int(element["max_selected_items"], 1):
            self.add("must be a positive number", f"{path}/max_selected_items")

    _element_multi_static_select = _element_static_select

    def _element_radio_buttons(self, path, element):
        self._options(path, element, 10, kinds=("plain_text", "mrkdwn"))

    _element_checkboxes = _element_radio_buttons

    def _element_datepicker(self, path, element):
        self._format(path, element, "initial_date", r"\d{4}-\d\d-\d\d")

    def _element_timepicker(self, path, element):
        self._format(path, element, "initial_time", r"\d\d:\d\d")

    def _element_datetimepicker(self, path, element):
        given = element.get("initial_date_time", 1_000_000_000)
        if not _is_int(given, 1_000_000_000, 9_999_999_999):
            self.add("must be a time in seconds, ten digits", f"{path}/initial_date_time")

    def _element_plain_text_input(self, path, element):
        most, least = element.get("max_length", 3000), element.get("min_length", 0)
        if not _is_int(most, 1, 3000):
            self.add("must be between 1 and 3000", f"{path}/max_length")
            most = 3000
        if not _is_int(least, 0, most):
            self.add(f"must be between 0 and {most}", f"{path}/min_length")
        if "initial_value" in element:
            self.string(f"{path}/initial_value", element["initial_value"], most, least=0)

    def _element_number_input(self, path, element):
        if not isinstance(element.get("is_decimal_allowed"), bool):
            self.add("is required", f"{path}/is_decimal_allowed")

    # Parts of elements ------------------------------------------------------------------------------------------------

    def _style(self, path, element):
        if "style" in element and element["style"] not in STYLES:
            self.add(f"must be one of {', '.join(STYLES)}", f"{path}/style")

    def _format(self, path, element, name, pattern):
        if name in element and not re.fullmatch(pattern, str(element[name])):
            self.add(f"must look like {pattern}", f"{path}/{name}")

    def _confirm(self, path, confirm):
        if not isinstance(confirm, dict):
            self.add("must be an object", path)
            return
        self.keys(path, confirm, "title text confirm deny style", common="")
        self.text(f"{path}/title", confirm.get("title"), 100)
        self.text(f"{path}/text", confirm.get("text"), 300, ("plain_text", "mrkdwn"))
        for name in ("confirm", "deny"):
            self.text(f"{path}/{name}", confirm.get(name), 30)
        self._style(path, confirm)

    def _options(self, path, element, most, *, kinds=("plain_text",), url=False):
        options = self.items(f"{path}/options", element.get("options"), most)
        for n, option in enumerate(options):
            self._option(f"{path}/options/{n}", option, kinds, url=url)
        self._initial(path, element, options)

    def _groups(self, path, element):
        every = []
        for n, group in enumerate(self.items(f"{path}/option_groups", element["option_groups"], 100)):
            here = f"{path}/option_groups/{n}"
            self.text(f"{here}/label", group.get("label"), 75)
            for m, option in enumerate(self.items(f"{here}/options", group.get("options"), 100)):
                self._option(f"{here}/options/{m}", option, ("plain_text",), url=False)
                every.append(option)
        self._initial(path, element, every)

    def _option(self, path, option, kinds, *, url):
        if not isinstance(option, dict):
            self.add("must be an object", path)
            return
        self.keys(path, option, "text value description url" if url else "text value description", common="")
        self.text(f"{path}/text", option.get("text"), 75, kinds)
        self.string(f"{path}/value", option.get("value"), 150)
        if "description" in option:
            self.text(f"{path}/description", option["description"], 75, kinds)
        if "url" in option:
            self.string(f"{path}/url", option["url"], LINK)

    def _initial(self, path, element, options):
        if "initial_option" in element and element["initial_option"] not in options:
            self.add("must be one of the options", f"{path}/initial_option")
        if "initial_options" in element:
            for n, option in enumerate(self.items(f"{path}/initial_options", element["initial_options"], 100)):
                if option not in options:
                    self.add("must be one of the options", f"{path}/initial_options/{n}")


def _is_int(value, least, most=None):
    return type(value) is int and value >= least and (most is None or value <= most)
