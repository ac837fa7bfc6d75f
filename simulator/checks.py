"""Checks of what the control API is handed; each raises ValueError and says why."""


def check_truth(name, value):
    """Demand true or false."""
    if value is not True and value is not False:
        raise ValueError(f"{name} is true or false.")


def check_whole(name, value, least=0):
    """Demand a whole number of at least `least`."""
    if type(value) is not int or value < least:
        raise ValueError(f"{name} is a whole number, {least} or more.")


def check_text(name, value):
    """Demand a text that is not empty."""
    if type(value) is not str or not value:
        raise ValueError(f"{name} is a text that is not empty.")


def check_object(name, value):
    """Demand a JSON object."""
    if type(value) is not dict:
        raise ValueError(f"{name} is an object.")


def check_list(name, value):
    """Demand a JSON array."""
    if type(value) is not list:
        raise ValueError(f"{name} is a list.")


def check_one_of(name, value, choices):
    """Demand one of `choices`."""
    if value not in tuple(choices):
        listed = ", ".join(str(choice) for choice in choices)
        raise ValueError(f"{name} is one of {listed}.")


def check_known(what, given, known):
    """Demand that nothing but `known` is named."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ValueError(
            f"{what} knows no {', '.join(unknown)}; it knows {', '.join(known)}."
        )
