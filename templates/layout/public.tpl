{{%AUTOESCAPE context="HTML"}}
<!doctype html>
<html lang="{{LANG}}" data-theme="{{THEME}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{TITLE}} · [[Meed]]</title>
<link rel="stylesheet" href="{{STYLESHEET}}">
<link rel="icon" href="{{FAVICON}}" type="image/svg+xml">
<script src="{{SCRIPT}}" defer></script>
</head>
<body class="public">
<a class="skip" href="#main">[[Skip to content]]</a>
<header class="public-head">
  <a class="brandmark" href="/"><svg class="logo" aria-hidden="true"><use href="{{ICONS}}#logo"/></svg><span>[[Meed]]</span></a>
  <span class="grow"></span>
{{#HOME}}
  <a class="button button-primary" href="{{URL}}">[[Open Meed]]</a>
{{/HOME}}
{{#LOGIN}}
  <a class="button button-quiet" href="{{URL}}">[[Log in]]</a>
{{/LOGIN}}
{{#SIGNUP}}
  <a class="button button-primary" href="{{URL}}">[[Sign up]]</a>
{{/SIGNUP}}
</header>
<main id="main" tabindex="-1">
{{>FLASH}}
{{>BODY}}
</main>
</body>
</html>
