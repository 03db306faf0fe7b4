{{%AUTOESCAPE context="HTML"}}
{{WORDS}}
