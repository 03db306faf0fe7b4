{{%AUTOESCAPE context="HTML"}}
<div class="stack-tight">
<nav class="tabs" aria-label="[[Language of the example]]">{{#TAB}}<a href="{{URL}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{NAME}}</a>{{/TAB}}</nav>
{{#FIRST}}
<p class="secondary">{{WORDS}}</p>
{{/FIRST}}
{{>COMMAND}}
<p class="meta">{{HOW}}</p>
</div>
