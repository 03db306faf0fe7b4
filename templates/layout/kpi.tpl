{{%AUTOESCAPE context="HTML"}}
<div class="kpi">
  <dt>{{LABEL}}</dt>
  <dd class="kpi-value">{{VALUE}}</dd>
{{#CHANGE}}
  <dd class="kpi-change kpi-{{DIRECTION}}"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#{{ICON}}"/></svg>{{TEXT}} <span class="muted">{{AGAINST}}</span></dd>
{{/CHANGE}}
{{#NOTE}}
  <dd class="kpi-note">{{TEXT}}</dd>
{{/NOTE}}
{{#SPARK}}
  <dd class="kpi-spark">{{CHART:none}}</dd>
{{/SPARK}}
</div>
