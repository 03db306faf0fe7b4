{{%AUTOESCAPE context="HTML"}}
<section class="problem">
  <p class="problem-status">{{STATUS}}</p>
  <h1>{{WHAT}}</h1>
{{#WHY}}
  <p>{{TEXT}}</p>
{{/WHY}}
{{#NEXT}}
  <p>{{TEXT}}</p>
{{/NEXT}}
{{#LINK}}
  <p><a class="button button-primary" href="{{URL}}">{{LABEL}}</a></p>
{{/LINK}}
{{#REQUEST}}
  <p class="muted">[[Request id]] <code>{{ID}}</code></p>
{{/REQUEST}}
</section>
