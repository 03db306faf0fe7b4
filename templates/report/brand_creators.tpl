{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Creators]]</h1><a class="button" href="/brand/applications">[[Applications]]</a></header>
<form class="filters" action="/brand/creators">
{{#BY_STATUS}}
  <label>[[Status]]<select name="status"><option value="">[[Any status]]</option>{{#OPTION}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{TEXT}}</option>{{/OPTION}}</select></label>
{{/BY_STATUS}}
{{#BY_PROGRAM}}
  <label>[[Program]]<select name="program"><option value="">[[All programs]]</option>{{#OPTION}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{TEXT}}</option>{{/OPTION}}</select></label>
{{/BY_PROGRAM}}
  <button class="button">[[Apply]]</button>
{{#CLEAR}}
  <a class="button button-quiet" href="/brand/creators">[[Clear]]</a>
{{/CLEAR}}
</form>
{{#SOME}}
<section class="stack" aria-label="[[Creators]]">
<p class="meta">[[Figures of the last 30 days. CR is the conversion rate, sales by clicks; EPC is what the creator earns per click.]]</p>
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">{{CAPTION}}</caption>
  <thead><tr>
    <th scope="col">[[Creator]]</th><th scope="col">[[Status]]</th><th scope="col" class="num">[[Clicks]]</th><th scope="col" class="num">[[Sales]]</th>
    <th scope="col" class="num">[[CR]]</th><th scope="col" class="num">[[EPC]]</th><th scope="col">[[Link and code]]</th><th scope="col"><span class="visually-hidden">[[Actions]]</span></th>
  </tr></thead>
  <tbody>
{{#CREATOR}}
  <tr>
    <th scope="row" data-label="[[Creator]]" id="who-{{PID}}"><a href="/brand/sales?creator={{HANDLE}}"><bdi>{{WHO}}</bdi></a><br><span class="muted"><bdi>{{PROGRAM}}</bdi></span></th>
    <td data-label="[[Status]]">{{>STATUS}}</td>
    <td class="num" data-label="[[Clicks]]">{{CLICKS}}</td>
    <td class="num" data-label="[[Sales]]">{{SALES}}</td>
    <td class="num" data-label="[[CR]]">{{CR}}</td>
    <td class="num" data-label="[[EPC]]">{{EPC}}</td>
    <td class="wide" data-label="[[Link and code]]"><div class="stack-tight">{{#LINK}}<div>{{>COPY}}</div>{{/LINK}}{{#CODE}}<div>{{>COPY}}</div>{{/CODE}}</div></td>
    <td class="wide">
      <div class="row row-end">
{{#PAUSE}}
        <form method="post" action="/brand/creators/{{PID}}/pause"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button" aria-describedby="who-{{PID}}">[[Pause]]</button></form>
{{/PAUSE}}
{{#RESUME}}
        <form method="post" action="/brand/creators/{{PID}}/resume"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button" aria-describedby="who-{{PID}}">[[Resume]]</button></form>
{{/RESUME}}
{{#END}}
        <a class="button button-quiet" href="/brand/creators/{{PID}}/end" aria-describedby="who-{{PID}}">[[End…]]</a>
{{/END}}
      </div>
    </td>
  </tr>
{{/CREATOR}}
  </tbody>
</table></div>
{{#OLDER}}
<p><a class="button" href="{{URL}}">[[Older creators]]</a></p>
{{/OLDER}}
</section>
{{/SOME}}
{{>EMPTY}}
