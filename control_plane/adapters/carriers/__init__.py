"""Which telephone carriers the gateway can be wired with.

A carrier is a package here that offers one `CarrierSpec`. To add one: write the package (`control.py` implements
CallControl, `webhooks.py` WebhookReader, `media.py` MediaCodec), put its spec into `CARRIERS`, and give the contract
suite a peer that speaks its wire language. Carriers do not import each other.
"""

from typing import Final

from control_plane.adapters.carriers.spec import CarrierSpec
from control_plane.adapters.carriers.telnyx import TELNYX

CARRIERS: Final[tuple[CarrierSpec, ...]] = (TELNYX,)
