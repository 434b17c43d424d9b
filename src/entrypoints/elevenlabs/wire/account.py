"""The account: clients ask for plans and models, and a house of one's own has neither limit."""

from collections.abc import Sequence
from typing import Any

from entrypoints.schemas import like

_AS_GOOD_AS_NONE = 2**31 - 1
_LIKE_THEIRS = (
    "eleven_multilingual_v2",
    "eleven_turbo_v2_5",
    "eleven_flash_v2_5",
    "eleven_flash_v2",
    "eleven_v3",
)
"""Names that clients send; whatever is named, the one engine speaks."""
ABOUT = {
    "user_id": "Who calls: a short name for the key.",
    "subscription": "What may be used.",
    "tier": "Always self_hosted.",
    "status": "Always active.",
    "character_count": "Nothing is counted.",
    "character_limit": "As good as none.",
    "voice_slots_used": "How many voices are saved.",
    "voice_limit": "As good as none.",
    "can_use_instant_voice_cloning": "Always true.",
    "model_id": "What to send as model_id.",
    "name": "What people call it.",
    "description": "What it does.",
    "can_do_text_to_speech": "Always true.",
    "maximum_text_length_per_request": "How many characters one request may have.",
    "languages": "What it speaks.",
    "language_id": "What to send as language_code.",
}
OTHERWISE = "As ElevenLabs has it; without meaning here."


def models(engine: str, languages: Sequence[str], longest_text: int) -> list[dict[str, Any]]:
    """Answer the models: the engine's own name, and the names that clients know."""
    names = {engine: f"{engine}, the engine of this server"}
    names |= {name: f"{name}, spoken by {engine}" for name in _LIKE_THEIRS}
    return [_model(each, name, languages, longest_text) for each, name in names.items()]


def user(name: str, voices: int) -> dict[str, Any]:
    """Answer who calls."""
    return {
        "user_id": name,
        "workspace_id": name,
        "subscription": _plan(voices),
        "is_new_user": False,
        "can_use_delayed_payment_methods": False,
        "is_onboarding_completed": True,
        "is_onboarding_checklist_completed": True,
        "show_compliance_terms": False,
        "first_name": None,
        "is_api_key_hashed": False,
        "xi_api_key_preview": None,
        "referral_link_code": None,
        "partnerstack_partner_default_link": None,
        "created_at": 0,
        "seat_type": "workspace_admin",
    }


def subscription(voices: int) -> dict[str, Any]:
    """Answer what may be used: everything, and nothing is counted."""
    return _plan(voices) | {
        "next_invoice": None,
        "open_invoices": [],
        "has_open_invoices": False,
        "pending_change": None,
    }


def models_schema() -> dict[str, Any]:
    """Return the JSON schema of the models."""
    return like(models("espeak", ["en"], 20_000), ABOUT, OTHERWISE)


def _plan(voices: int) -> dict[str, Any]:
    return {
        "tier": "self_hosted",
        "status": "active",
        "character_count": 0,
        "character_limit": _AS_GOOD_AS_NONE,
        "max_character_limit_extension": None,
        "max_credit_limit_extension": "unlimited",
        "can_extend_character_limit": False,
        "allowed_to_extend_character_limit": False,
        "next_character_count_reset_unix": None,
        "voice_slots_used": voices,
        "voice_limit": _AS_GOOD_AS_NONE,
        "voice_add_edit_counter": 0,
        "max_voice_add_edits": None,
        "professional_voice_slots_used": 0,
        "professional_voice_slots_used_in_workspace": 0,
        "professional_voice_limit": 0,
        "can_extend_voice_limit": False,
        "can_use_instant_voice_cloning": True,
        "can_use_professional_voice_cloning": False,
        "currency": None,
        "current_overage": {"amount": "0", "currency": "usd"},
        "billing_period": None,
        "character_refresh_period": None,
    }


def _model(model_id: str, name: str, languages: Sequence[str], longest_text: int) -> dict[str, Any]:
    return {
        "model_id": model_id,
        "name": name,
        "description": "Text to speech, whole or streamed, in saved and built-in voices.",
        "can_be_finetuned": False,
        "can_do_text_to_speech": True,
        "can_do_voice_conversion": False,
        "can_use_style": False,
        "can_use_speaker_boost": False,
        "serves_pro_voices": False,
        "requires_alpha_access": False,
        "token_cost_factor": 0.0,
        "max_characters_request_free_user": longest_text,
        "max_characters_request_subscribed_user": longest_text,
        "maximum_text_length_per_request": longest_text,
        "languages": [{"language_id": each, "name": each} for each in languages],
        "model_rates": {"character_cost_multiplier": 0.0},
        "concurrency_group": "standard",
    }
