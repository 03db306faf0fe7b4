{{%AUTOESCAPE context="HTML"}}
<p class="flash flash-{{KIND}}" role="status"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#{{ICON}}"/></svg><span>{{TEXT}}</span></p>
