{{%AUTOESCAPE context="HTML"}}
<div class="stack-tight"><p>{{HINT}}</p>
{{#NEXT}}
  <p class="meta">{{WHEN}}</p>
{{/NEXT}}
</div>
<div class="columns">
{{#DNS}}
  <div class="stack-tight"><h3>[[A DNS record]]</h3>
    <dl class="facts"><dt>[[Type]]</dt><dd><code>TXT</code></dd><dt>[[Name]]</dt><dd>{{>NAME}}</dd><dt>[[Value]]</dt><dd>{{>VALUE}}</dd></dl></div>
{{/DNS}}
{{#FILE}}
  <div class="stack-tight"><h3>[[A file on the site]]</h3>
    <dl class="facts"><dt>[[Address]]</dt><dd>{{>ADDRESS}}</dd><dt>[[Content]]</dt><dd>{{>CONTENT}}</dd></dl></div>
{{/FILE}}
</div>
