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
<body class="app">
<a class="skip" href="#main">[[Skip to content]]</a>
<nav class="rail" aria-label="[[Main]]">
  <a class="brandmark" href="{{HOME_URL}}"><svg class="logo" aria-hidden="true"><use href="{{ICONS}}#logo"/></svg><span>[[Meed]]</span></a>
  <ul>
{{#NAV}}
    <li><a href="{{URL}}" title="{{LABEL}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}{{#KEY}} data-key="{{KEY}}"{{/KEY}}><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#{{ICON}}"/></svg><span>{{LABEL}}</span></a></li>
{{/NAV}}
  </ul>
</nav>
<div class="stage">
{{#TEST_BAR}}
<p class="test-bar"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#flask"/></svg> <strong class="nowrap">[[Test mode]]</strong> <span class="test-bar-more">[[You see test data only; none of it counts.]]</span>{{#TEST_DATA}} <a class="nowrap" href="/brand/test-data">[[Erase]]</a>{{/TEST_DATA}}</p>
{{/TEST_BAR}}
<header class="topbar">
{{#WORKSPACE_NAME}}
  <span class="workspace-name">{{NAME}}</span>
{{/WORKSPACE_NAME}}
{{#WORKSPACES}}
  <details class="menu">
    <summary><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#building"/></svg><span class="clip">{{NAME}}</span><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#chevron"/></svg></summary>
    <form class="menu-list" method="post" action="{{URL}}">
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <p class="menu-title">[[Workspace]]</p>
{{#WORKSPACE}}
      <button name="brand" value="{{ID}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{NAME}}{{#TICK}}<svg class="icon" aria-hidden="true"><use href="{{ICONS}}#check"/></svg>{{/TICK}}</button>
{{/WORKSPACE}}
    </form>
  </details>
{{/WORKSPACES}}
{{#SEARCH}}
  <form class="search" role="search" action="{{URL}}">
    <svg class="icon" aria-hidden="true"><use href="{{ICONS}}#search"/></svg>
    <input type="search" name="q" aria-label="{{LABEL}}" placeholder="{{LABEL}}" data-search>
  </form>
{{/SEARCH}}
  <span class="grow"></span>
{{#MODE_SWITCH}}
  <form class="segmented" method="post" action="{{URL}}" aria-label="[[Data shown]]">
    <input type="hidden" name="csrf" value="{{CSRF}}">
    <input type="hidden" name="back" value="{{BACK}}">
    <button name="mode" value="test" aria-pressed="{{TEST}}">[[Test]]</button>
    <button name="mode" value="live" aria-pressed="{{LIVE}}">[[Live]]</button>
  </form>
{{/MODE_SWITCH}}
  <details class="menu menu-end">
    <summary aria-label="[[Your account]]"><span class="avatar" aria-hidden="true">{{INITIAL}}</span></summary>
    <div class="menu-list">
      <p class="menu-title">{{USER_NAME}}</p>
{{#PROFILE}}
      <a href="{{URL}}">[[Profile]]</a>
{{/PROFILE}}
{{#THEMES}}
      <form method="post" action="{{URL}}">
        <input type="hidden" name="csrf" value="{{CSRF}}">
        <input type="hidden" name="back" value="{{BACK}}">
        <div class="segmented" role="group" aria-label="[[Colours]]">
          <button name="theme" value="auto" aria-pressed="{{AUTO}}">[[Auto]]</button>
          <button name="theme" value="light" aria-pressed="{{LIGHT}}">[[Light]]</button>
          <button name="theme" value="dark" aria-pressed="{{DARK}}">[[Dark]]</button>
        </div>
      </form>
{{/THEMES}}
{{#LOGOUT}}
      <form method="post" action="{{URL}}">
        <input type="hidden" name="csrf" value="{{CSRF}}">
        <button>[[Log out]]</button>
      </form>
{{/LOGOUT}}
    </div>
  </details>
</header>
<main id="main" tabindex="-1">
{{>FLASH}}
{{>BODY}}
</main>
</div>
<dialog class="keys" aria-labelledby="keys-title">
  <h2 id="keys-title">[[Keys]]</h2>
  <dl>
{{#SEARCH_KEY}}
    <div><dt><kbd>/</kbd></dt><dd>[[Search]]</dd></div>
{{/SEARCH_KEY}}
{{#NAV_KEY}}
    <div><dt><kbd>[[g]]</kbd> <kbd>{{KEY}}</kbd></dt><dd>{{LABEL}}</dd></div>
{{/NAV_KEY}}
    <div><dt><kbd>[[j]]</kbd> <kbd>[[k]]</kbd></dt><dd>[[Next or previous row]]</dd></div>
    <div><dt><kbd>?</kbd></dt><dd>[[These keys]]</dd></div>
  </dl>
  <form method="dialog"><button class="button">[[Close]]</button></form>
</dialog>
</body>
</html>
