{{%AUTOESCAPE context="HTML"}}
<nav class="pager" aria-label="[[Pages]]">
  <span class="muted">{{COUNT}}</span>
  <span class="grow"></span>
{{#NEWEST}}
  <a class="button" href="{{URL}}" rel="first">[[Newest]]</a>
{{/NEWEST}}
{{#OLDER}}
  <a class="button" href="{{URL}}" rel="next">[[Older]]<svg class="icon" aria-hidden="true"><use href="{{ICONS}}#arrow-right"/></svg></a>
{{/OLDER}}
</nav>
