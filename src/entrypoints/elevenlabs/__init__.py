"""ElevenLabs' REST API: its clients speak to this house as they speak to that one."""
