"""The one exception whose message is meant for the person at the keyboard."""


class UserError(Exception):
    """Something the user can mend; the message names file or key, rule and value.

    Shown without a traceback.
    """
