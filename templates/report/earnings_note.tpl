{{%AUTOESCAPE context="HTML"}}
{{#NEW}}<a href="/partner/earnings"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#arrow-up"/></svg>{{TEXT}}</a>{{/NEW}}
