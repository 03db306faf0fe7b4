{{%AUTOESCAPE context="HTML"}}
<div class="summary" role="alert" tabindex="-1">
  <h2>{{TITLE}}</h2>
  <ul>
{{#PROBLEM}}
    <li><a href="#{{ID}}">{{TEXT}}</a></li>
{{/PROBLEM}}
{{#PLAIN}}
    <li>{{TEXT}}</li>
{{/PLAIN}}
  </ul>
</div>
