{{%AUTOESCAPE context="HTML"}}
<span class="chip chip-{{KIND}}"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#{{ICON}}"/></svg>{{WORD}}</span>
