{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <h1 class="grow">[[Sales]]</h1>
  <a class="button" href="/brand/sales/find">[[Find a missing sale]]</a>
  <a class="button" href="/brand/claims">[[Claims]]</a>
  <a class="button" href="/brand/sales/new"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#plus"/></svg>[[Record a sale]]</a>
  <a class="button" href="/brand/sales/import">[[Import]]</a>
  <a class="button" href="{{CSV_URL}}" download><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#download"/></svg>[[CSV]]</a>
</header>
{{>PROBLEM}}
<form class="filters" action="/brand/sales">
{{#FILTER}}
  <label>{{LABEL}}<select name="{{NAME}}"><option value="">{{FIRST}}</option>{{#OPTION}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{TEXT}}</option>{{/OPTION}}</select></label>
{{/FILTER}}
  <label>[[From]]<input type="date" name="from" value="{{FROM}}"></label>
  <label>[[To]]<input type="date" name="to" value="{{TO}}"></label>
  <button class="button">[[Apply]]</button>
{{#CLEAR}}
  <a class="button button-quiet" href="/brand/sales">[[Clear]]</a>
{{/CLEAR}}
{{#MORE}}
  <details class="filters-more"{{#OPEN}} open{{/OPEN}}>
    <summary class="button button-quiet"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#filter"/></svg>[[More filters]]{{#SET}} ({{COUNT}}){{/SET}}</summary>
    <div class="filters">
{{#FILTER}}
      <label>{{LABEL}}<select name="{{NAME}}"><option value="">{{FIRST}}</option>{{#OPTION}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{TEXT}}</option>{{/OPTION}}</select></label>
{{/FILTER}}
      <label>[[Order]]<input name="order" value="{{ORDER}}" maxlength="200"></label>
    </div>
  </details>
{{/MORE}}
</form>
<section class="stack" aria-label="[[Sales]]">
{{#STATE}}
<div class="row state-line"><span class="muted">{{COUNT}}</span><span class="muted">[[Times in {{ZONE}}]]</span>
{{#LIVE}}
<div class="live-note" role="status" data-live-url="{{URL}}" data-live-etag="&quot;0&quot;"></div>
{{/LIVE}}
</div>
{{/STATE}}
{{#TABLE}}
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">[[Sales, the latest first]]</caption>
  <thead><tr>
    <th scope="col" aria-sort="descending">[[Time]]</th><th scope="col">[[Order]]</th><th scope="col">[[Creator]]</th>
    {{#CAMPAIGN_HEAD}}<th scope="col">[[Campaign]]</th>{{/CAMPAIGN_HEAD}}{{#PROGRAM_HEAD}}<th scope="col">[[Program]]</th>{{/PROGRAM_HEAD}}
    <th scope="col" class="num">[[Amount]]</th><th scope="col" class="num">[[Commission]]</th><th scope="col">[[Source]]</th>
    {{#BRAND_HEAD}}<th scope="col">[[Brand]]</th>{{/BRAND_HEAD}}{{#COUNTRY_HEAD}}<th scope="col">[[Country]]</th>{{/COUNTRY_HEAD}}
    <th scope="col">[[Status]]</th>
  </tr></thead>
  <tbody>
{{#SALE}}
  <tr data-href="/brand/sales/{{PID}}">
    <td data-label="[[Time]]"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></td>
    <th scope="row" data-label="[[Order]]"><a class="mono clip" href="/brand/sales/{{PID}}">{{ORDER}}</a>{{#EVENT}} <span class="meta">{{TEXT}}</span>{{/EVENT}}</th>
    <td data-label="[[Creator]]">{{#CREATOR}}<bdi>{{HANDLE}}</bdi>{{/CREATOR}}{{#NOBODY}}<span class="muted">[[Nobody]]</span>{{/NOBODY}}</td>
    {{#OF_CAMPAIGN}}<td data-label="[[Campaign]]"><bdi>{{NAME}}</bdi></td>{{/OF_CAMPAIGN}}{{#OF_PROGRAM}}<td data-label="[[Program]]"><bdi>{{NAME}}</bdi></td>{{/OF_PROGRAM}}
    <td class="num" data-label="[[Amount]]">{{AMOUNT}}{{#PARTLY}}<br><span class="meta">[[partly refunded]]</span>{{/PARTLY}}</td>
    <td class="num" data-label="[[Commission]]">{{COMMISSION}}</td>
    <td data-label="[[Source]]">{{SOURCE}}</td>
    {{#OF_BRAND}}<td data-label="[[Brand]]"><bdi>{{NAME}}</bdi></td>{{/OF_BRAND}}{{#OF_COUNTRY}}<td data-label="[[Country]]">{{NAME}}</td>{{/OF_COUNTRY}}
    <td data-label="[[Status]]">{{>STATUS}}</td>
  </tr>
{{/SALE}}
  </tbody>
</table></div>
{{/TABLE}}
{{>EMPTY}}
{{>PAGER}}
</section>
