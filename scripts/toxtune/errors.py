"""The one exception whose message is written for the user."""


class UserError(Exception):
    """Something that the user can put right; shown without a traceback.

    The message names the file or key, the rule, and the value.
    """
