"""Names of languages, by the codes that voices and the recogniser use."""

# The 18 that the service understood in September 2026.
INPUT_LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "de": "German",
    "fr": "French",
    "pt": "Portuguese",
    "it": "Italian",
    "tr": "Turkish",
    "nl": "Dutch",
    "sv": "Swedish",
    "no": "Norwegian",
    "da": "Danish",
    "fi": "Finnish",
    "hi": "Hindi",
    "vi": "Vietnamese",
    "ar": "Arabic",
    "he": "Hebrew",
    "ja": "Japanese",
    "zh": "Mandarin",
}
# Voices of the earlier catalogue spoke two more.
LANGUAGES = INPUT_LANGUAGES | {"ko": "Korean", "ru": "Russian"}
