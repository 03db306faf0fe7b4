{{%AUTOESCAPE context="HTML"}}
{{#DONE}}<span class="node node-good"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#check"/></svg><span class="visually-hidden">[[Done]]</span></span>{{/DONE}}
{{#NOW}}<span class="node node-now"><span class="visually-hidden">[[Step]]</span> {{NUMBER}}</span>{{/NOW}}
{{#LATER}}<span class="node"><span class="visually-hidden">[[Step]]</span> {{NUMBER}}</span>{{/LATER}}
