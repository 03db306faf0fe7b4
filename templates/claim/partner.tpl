{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Claims]]</h1></header>
<p class="secondary">[[Do you miss a sale? Say which one: the brand looks for it and answers, and you get a mail.]]</p>
{{>EMPTY}}
{{#FORM}}
<section class="card" aria-labelledby="claim-title">
  <div class="card-head"><h2 id="claim-title">[[Claim a sale]]</h2></div>
  <div class="card-body">
{{>SUMMARY}}
    <form class="form" method="post" action="/partner/claims" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Send the claim]]</button></div>
    </form>
  </div>
</section>
{{/FORM}}
{{#LIST}}
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">[[Your claims, newest first]]</caption>
  <thead><tr><th scope="col">[[Order]]</th><th scope="col">[[Program]]</th><th scope="col">[[Sent]]</th><th scope="col">[[You wrote]]</th><th scope="col">[[Answer]]</th><th scope="col">[[Status]]</th></tr></thead>
  <tbody>
{{#CLAIM}}
  <tr>
    <th scope="row" data-label="[[Order]]"><bdi>{{ORDER}}</bdi></th>
    <td data-label="[[Program]]"><bdi>{{PROGRAM}}</bdi></td>
    <td data-label="[[Sent]]"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></td>
    <td class="prose" data-label="[[You wrote]]"><bdi>{{MESSAGE}}</bdi></td>
    <td class="prose" data-label="[[Answer]]">{{#ANSWER}}<bdi>{{NOTE}}</bdi>{{/ANSWER}}{{#SALE}}<a href="/partner/earnings/{{PID}}">[[The sale is yours]]</a>{{/SALE}}</td>
    <td data-label="[[Status]]">{{>STATUS}}</td>
  </tr>
{{/CLAIM}}
  </tbody>
</table></div>
{{#OLDER}}
<p><a class="button" href="/partner/claims?before={{BEFORE}}">[[Older claims]]</a></p>
{{/OLDER}}
{{/LIST}}
