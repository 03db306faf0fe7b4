{{%AUTOESCAPE context="HTML"}}
<div class="snippet"><pre tabindex="0" role="region" aria-label="{{LABEL}}"><code>{{TEXT:p}}</code></pre><button type="button" class="icon-button" data-copy="{{TEXT:p}}" aria-label="[[Copy: {{LABEL}}]]" hidden><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#copy"/></svg></button></div>
