{{%AUTOESCAPE context="HTML"}}
{{#CHECKBOX}}
<div class="field field-check{{#WRONG}} field-wrong{{/WRONG}}">
  <input type="checkbox" id="{{ID}}" name="{{NAME}}" value="1"{{#CHECKED}} checked{{/CHECKED}}{{#REQUIRED}} required{{/REQUIRED}}{{#DESCRIBED}} aria-describedby="{{BY}}"{{/DESCRIBED}}{{#WRONG}} aria-invalid="true"{{/WRONG}}>
  <label for="{{ID}}">{{LABEL}}</label>
{{/CHECKBOX}}
{{#LABELLED}}
<div class="field{{#WRONG}} field-wrong{{/WRONG}}">
  <label for="{{ID}}">{{LABEL}}{{#OPTIONAL}} <span class="muted">[[(optional)]]</span>{{/OPTIONAL}}</label>
{{/LABELLED}}
{{#HINT}}
  <p class="hint" id="{{ID}}-hint">{{TEXT}}</p>
{{/HINT}}
{{#INPUT}}
  <span class="control">{{#PREFIX}}<span class="affix">{{TEXT}}</span>{{/PREFIX}}<input type="{{TYPE}}" id="{{ID}}" name="{{NAME}}" value="{{VALUE}}"{{#AUTOCOMPLETE}} autocomplete="{{TEXT}}"{{/AUTOCOMPLETE}}{{#INPUTMODE}} inputmode="{{TEXT}}"{{/INPUTMODE}}{{#PLACEHOLDER}} placeholder="{{TEXT}}"{{/PLACEHOLDER}}{{#MAXLENGTH}} maxlength="{{NUMBER}}"{{/MAXLENGTH}}{{#REQUIRED}} required{{/REQUIRED}}{{#DESCRIBED}} aria-describedby="{{BY}}"{{/DESCRIBED}}{{#WRONG}} aria-invalid="true"{{/WRONG}}>{{#SUFFIX}}<span class="affix">{{TEXT}}</span>{{/SUFFIX}}</span>
{{/INPUT}}
{{#TEXTAREA}}
  <textarea id="{{ID}}" name="{{NAME}}" rows="4"{{#MAXLENGTH}} maxlength="{{NUMBER}}"{{/MAXLENGTH}}{{#REQUIRED}} required{{/REQUIRED}}{{#DESCRIBED}} aria-describedby="{{BY}}"{{/DESCRIBED}}{{#WRONG}} aria-invalid="true"{{/WRONG}}>{{VALUE}}</textarea>
{{/TEXTAREA}}
{{#SELECT}}
  <select id="{{ID}}" name="{{NAME}}"{{#REQUIRED}} required{{/REQUIRED}}{{#DESCRIBED}} aria-describedby="{{BY}}"{{/DESCRIBED}}{{#WRONG}} aria-invalid="true"{{/WRONG}}>
{{#OPTION}}
    <option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>
{{/OPTION}}
  </select>
{{/SELECT}}
{{#ERROR}}
  <p class="error" id="{{ID}}-error"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#alert"/></svg>{{TEXT}}</p>
{{/ERROR}}
</div>
