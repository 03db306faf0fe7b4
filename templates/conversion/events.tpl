{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/integrations">[[Integrations]]</a><h1>[[Event log]]</h1></div></header>
{{>PROBLEM}}
<form class="filters" action="/brand/integrations/events">
{{#FILTER}}
  <label>{{LABEL}}<select name="{{NAME}}"><option value="">{{FIRST}}</option>{{#OPTION}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{TEXT}}</option>{{/OPTION}}</select></label>
{{/FILTER}}
  <label>[[Order]]<input name="order" value="{{ORDER}}" maxlength="200"></label>
  <button class="button">[[Apply]]</button>
{{#CLEAR}}
  <a class="button button-quiet" href="/brand/integrations/events">[[Clear]]</a>
{{/CLEAR}}
</form>
{{#TABLE}}
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">[[Events, the latest first]]</caption>
  <thead><tr><th scope="col" aria-sort="descending">[[Time]]</th><th scope="col">[[Source]]</th><th scope="col">[[Order]]</th><th scope="col">[[Fate]]</th><th scope="col">[[What became of it]]</th><th scope="col">[[Sale]]</th></tr></thead>
  <tbody>
{{#EVENT}}
  <tr data-href="{{URL}}">
    <th scope="row" data-label="[[Time]]"><a href="{{URL}}"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></a></th>
    <td data-label="[[Source]]">{{DOOR}}{{#TOPIC}} <span class="meta">{{TEXT}}</span>{{/TOPIC}}</td>
    <td data-label="[[Order]]"><span class="mono">{{ORDER}}</span></td>
    <td data-label="[[Fate]]">{{>FATE}}</td>
    <td data-label="[[What became of it]]" class="wide prose">{{WORDS}}</td>
    <td data-label="[[Sale]]">{{#SALE}}<a class="mono clip" href="/brand/sales/{{PID}}">{{SALE_ORDER}}</a>{{/SALE}}</td>
  </tr>
{{/EVENT}}
  </tbody>
</table></div>
{{>PAGER}}
{{/TABLE}}
{{>EMPTY}}
<p class="meta">[[Times in {{ZONE}}]]</p>
