"""What can go wrong with a platform, grouped by what happens next.

PlatformError
├── TryLater              nothing happened; wait and send the same again
│   ├── RateLimited
│   ├── Unavailable
│   │   └── Unreadable   one record of an answer makes no sense; the others do
│   └── BudgetExhausted
├── Unsure                a write left us and no answer came
├── NeedsReconnect        the sign-in is gone; the connection pauses
├── PermissionMissing     the sign-in stands, this one right is missing
├── OutOfDate             our revision is stale
├── AlreadyThere          it exists under another id
├── Refused               a person must change something
│   ├── PeriodClosed
│   ├── LockedByPayment
│   ├── NotCovered
│   ├── Withheld         it is not there, and nothing of the kind is written until a person looked
│   └── BadReference
└── Gone                  no longer there

The docstring of a class is the sentence staff read when the platform gave none.
"""

from __future__ import annotations


class PlatformError(Exception):
    """The other system could not do this."""

    def __init__(
        self, message: str = "", *, code: str = "", retry_after: float | None = None, external_id: str = ""
    ) -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.code = code
        self.retry_after = retry_after
        self.external_id = external_id
        super().__init__(self.message)

    def name(self, title: str) -> None:
        """Say which system it was, where the sentence only calls it the other one."""
        self.message = self.message.replace("The other system", title).replace("the other system", title)
        self.args = (self.message,)


class TryLater(PlatformError):
    """The other system is busy; this will be sent again by itself."""


class RateLimited(TryLater):
    """The other system's limit of requests is used up for the moment; this will be sent again by itself."""


class Unavailable(TryLater):
    """The other system does not answer; this will be sent again by itself."""


class Unreadable(Unavailable):
    """The other system sent a record that cannot be read; it is asked for again by itself."""


class BudgetExhausted(TryLater):
    """Today's budget of requests is used up; work goes on when it is renewed."""


class Unsure(PlatformError):
    """It was sent and no answer came; before anything is sent again the other system is asked what it has."""


class NeedsReconnect(PlatformError):
    """The sign-in to the other system is no longer valid; an administrator must connect it again."""


class PermissionMissing(PlatformError):
    """The account or token used may not do this in the other system."""


class OutOfDate(PlatformError):
    """Somebody changed it in the other system in the meantime; it is read again first."""


class AlreadyThere(PlatformError):
    """The other system already has one with this name or number."""


class Refused(PlatformError):
    """The other system refused it; a person must change something."""


class PeriodClosed(Refused):
    """The books are closed for this date."""


class LockedByPayment(Refused):
    """Money is already applied, deposited or settled on it, so the other system does not let it be changed."""


class NotCovered(Refused):
    """The invoice has less open than this payment would apply."""


class Withheld(Refused):
    """Nothing of this kind is written to the other system until somebody has looked at what went wrong there."""


class BadReference(Refused):
    """It refers to something the other system does not have or has made inactive."""


class Gone(PlatformError):
    """It is no longer there in the other system."""
