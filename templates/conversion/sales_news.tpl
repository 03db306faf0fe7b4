{{%AUTOESCAPE context="HTML"}}
{{#SOME}}
<a href="{{URL}}"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#arrow-up"/></svg>{{TEXT}}</a>
{{/SOME}}
