{{%AUTOESCAPE context="HTML"}}
<div class="empty">
  <svg class="icon" aria-hidden="true"><use href="{{ICONS}}#{{ICON}}"/></svg>
  <p class="empty-title">{{TITLE}}</p>
  <p>{{NEXT}}</p>
{{#ACTION}}
  <p><a class="button button-primary" href="{{URL}}">{{LABEL}}</a></p>
{{/ACTION}}
</div>
