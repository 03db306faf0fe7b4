{{%AUTOESCAPE context="HTML"}}
<span class="copy"><code>{{VALUE}}</code><button type="button" class="icon-button" data-copy="{{VALUE}}" aria-label="{{LABEL}}" hidden><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#copy"/></svg></button></span>
