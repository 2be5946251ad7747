"""Why a decision is another one than before: which source of change brought what."""
