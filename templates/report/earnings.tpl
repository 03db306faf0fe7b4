{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Earnings]]</h1><a class="button" href="/partner/earnings/find">[[Find a missing sale]]</a><a class="button" href="/partner/claims">[[Claims]]</a></header>
{{#WRONG}}
<p class="error" role="alert">{{TEXT}}</p>
{{/WRONG}}
<form class="filters" action="/partner/earnings">
  <label>[[Status]]<select name="status"><option value="">[[Any status]]</option>{{#STATUS_OPTION}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>{{/STATUS_OPTION}}</select></label>
  <label>[[From]]<input type="date" name="from" value="{{FROM}}"></label>
  <label>[[To]]<input type="date" name="to" value="{{TO}}"></label>
  <button class="button">[[Apply]]</button>
  <a class="button button-quiet" href="/partner/earnings">[[Clear]]</a>
</form>
<div class="live-note" role="status" data-live-url="/partner/earnings/live?since={{SINCE}}"></div>
{{#SOME}}
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">[[Your sales, newest first]]</caption>
  <thead><tr><th scope="col" aria-sort="descending">[[Time (UTC)]]</th><th scope="col">[[Brand]]</th><th scope="col" class="num">[[Sale]]</th><th scope="col" class="num">[[Earned]]</th><th scope="col">[[Through]]</th><th scope="col">[[Status]]</th><th scope="col">[[What comes next]]</th></tr></thead>
  <tbody>
{{#EARNING}}
  <tr data-href="/partner/earnings/{{PID}}">
    <th scope="row" data-label="[[Time (UTC)]]"><a href="/partner/earnings/{{PID}}"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></a></th>
    <td data-label="[[Brand]]"><bdi>{{BRAND}}</bdi><br><span class="muted"><bdi>{{PROGRAM}}</bdi></span></td>
    <td class="num" data-label="[[Sale]]">{{SALE}}</td>
    <td class="num" data-label="[[Earned]]">{{EARNED}}</td>
    <td data-label="[[Through]]">{{METHOD}}</td>
    <td data-label="[[Status]]">{{>STATUS}}</td>
    <td class="prose wide" data-label="[[What comes next]]">{{SENTENCE}}</td>
  </tr>
{{/EARNING}}
  </tbody>
</table></div>
{{>PAGER}}
{{/SOME}}
{{>EMPTY}}
