{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Claims]]</h1></header>
<p class="secondary">[[Sales that creators miss. Accepting credits the recorded sale to the creator, and takes it from whoever had it.]]</p>
{{>EMPTY}}
{{#OPEN}}
<article class="card" aria-labelledby="claim-{{PID}}">
  <div class="card-head"><h2 class="grow" id="claim-{{PID}}">[[Order]] <bdi>{{ORDER}}</bdi></h2></div>
  <div class="card-body stack">
{{>PROBLEM}}
    <blockquote class="quote"><bdi>{{MESSAGE}}</bdi></blockquote>
    <dl class="facts">
      <dt>[[Creator]]</dt><dd><bdi>{{HANDLE}}</bdi></dd>
      <dt>[[Program]]</dt><dd><bdi>{{PROGRAM}}</bdi></dd>
      <dt>[[Sent]]</dt><dd><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></dd>
    </dl>
    <p><a href="/brand/sales/find?q={{ORDER}}">[[What we know of this order]]</a></p>
    <form method="post" action="/brand/claims/{{PID}}/accept"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary" aria-describedby="claim-{{PID}}">[[Credit the sale to this creator]]</button></form>
    <details>
      <summary>[[Decline…]]</summary>
      <form class="form" method="post" action="/brand/claims/{{PID}}/decline" novalidate>
        <input type="hidden" name="csrf" value="{{CSRF}}">
{{>NOTE}}
        <div class="form-actions"><button class="button button-danger">[[Decline the claim]]</button></div>
      </form>
    </details>
  </div>
</article>
{{/OPEN}}
{{#NEXT}}
<p><a class="button" href="/brand/claims?after={{AFTER}}">[[More claims]]</a></p>
{{/NEXT}}
{{#ANSWERED}}
<section class="stack" aria-labelledby="answered-title">
  <h2 id="answered-title">[[Answered]]</h2>
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[Answered claims]]</caption>
    <thead><tr><th scope="col">[[Order]]</th><th scope="col">[[Creator]]</th><th scope="col">[[Program]]</th><th scope="col">[[Answered]]</th><th scope="col">[[Answer]]</th><th scope="col">[[Status]]</th></tr></thead>
    <tbody>
{{#ROW}}
    <tr>
      <th scope="row" data-label="[[Order]]"><bdi>{{ORDER}}</bdi></th>
      <td data-label="[[Creator]]"><bdi>{{HANDLE}}</bdi></td>
      <td data-label="[[Program]]"><bdi>{{PROGRAM}}</bdi></td>
      <td data-label="[[Answered]]"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></td>
      <td class="prose" data-label="[[Answer]]"><bdi>{{NOTE}}</bdi>{{#SALE}}<a href="/brand/sales/{{PID}}">[[The sale]]</a>{{/SALE}}</td>
      <td data-label="[[Status]]">{{>STATUS}}</td>
    </tr>
{{/ROW}}
    </tbody>
  </table></div>
</section>
{{/ANSWERED}}
