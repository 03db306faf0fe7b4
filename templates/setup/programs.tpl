{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Programs]]</h1><a class="button button-primary" href="/brand/programs/new">[[New program]]</a></header>
{{#SOME}}
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">[[Programs, newest first]]</caption>
  <thead><tr><th scope="col">[[Program]]</th><th scope="col">[[Status]]</th><th scope="col" class="num">[[Pays]]</th><th scope="col">[[Window]]</th><th scope="col">[[Holdback]]</th><th scope="col" class="num">[[Version]]</th></tr></thead>
  <tbody>
{{#PROGRAM}}
  <tr data-href="/brand/programs/{{PID}}">
    <th scope="row" data-label="[[Program]]"><a href="/brand/programs/{{PID}}"><bdi>{{NAME}}</bdi></a></th>
    <td data-label="[[Status]]">{{>STATUS}}</td>
    <td class="num" data-label="[[Pays]]">{{PAY}}</td>
    <td data-label="[[Window]]">{{WINDOW}}</td>
    <td data-label="[[Holdback]]">{{HOLDBACK}}</td>
    <td class="num" data-label="[[Version]]">{{VERSION}}</td>
  </tr>
{{/PROGRAM}}
  </tbody>
</table></div>
{{#MORE}}
<p><a class="button" href="/brand/programs?before={{BEFORE}}">[[Older programs]]</a></p>
{{/MORE}}
{{/SOME}}
{{>EMPTY}}
<nav class="row only-phone" aria-label="[[More of your setup]]"><a class="button" href="/brand/setup">[[Setup]]</a><a class="button" href="/brand/sites">[[Sites]]</a><a class="button" href="/brand/integrations">[[Integrations]]</a></nav>
