{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow"><bdi>{{NAME}}</bdi></h1>{{>STATUS}}
  <a class="button" href="/brand/setup?program={{PID}}">[[Test it]]</a>
{{#ACTIVATE}}
  <form method="post" action="/brand/programs/{{PID}}/activate"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary">[[Open the program]]</button></form>
{{/ACTIVATE}}
{{#RESUME}}
  <form method="post" action="/brand/programs/{{PID}}/resume"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary">[[Resume]]</button></form>
{{/RESUME}}
{{#PAUSE}}
  <form method="post" action="/brand/programs/{{PID}}/pause"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button">[[Pause]]</button></form>
{{/PAUSE}}
</header>
<dl class="facts">
  <dt>[[Program id]]</dt><dd><code>{{PID}}</code></dd>
  <dt>[[Pays]]</dt><dd>{{PAY}}</dd>
  <dt>[[Window]]</dt><dd>{{WINDOW}}</dd>
  <dt>[[Holdback]]</dt><dd>{{HOLDBACK}}</dd>
  <dt>[[Version]]</dt><dd>{{VERSION}}</dd>
</dl>
<div class="split">
{{#EDIT}}
<section class="card" aria-labelledby="terms-title">
  <div class="card-head"><h2 id="terms-title">[[Terms]]</h2></div>
  <div class="card-body">
{{>SUMMARY}}
    <form class="form" method="post" action="/brand/programs/{{PID}}" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <input type="hidden" name="seen" value="{{SEEN}}">
{{>FIELD}}
      <p class="muted">{{EFFECT}}</p>
      <div class="form-actions"><button class="button button-primary">[[Save the terms]]</button></div>
    </form>
  </div>
</section>
{{/EDIT}}
<div class="stack">
<section class="card" aria-labelledby="versions-title">
  <div class="card-head"><h2 id="versions-title">[[Versions]]</h2></div>
  <div class="table-wrap" tabindex="0" role="region" aria-label="[[Versions]]"><table class="table">
    <caption class="visually-hidden">[[Versions of the terms, newest first]]</caption>
    <thead><tr><th scope="col" class="num">[[No.]]</th><th scope="col">[[From (UTC)]]</th><th scope="col" class="num">[[Pays]]</th><th scope="col">[[Window]]</th><th scope="col">[[Holdback]]</th></tr></thead>
    <tbody>
{{#TERMS}}
    <tr><th scope="row" class="num">{{NO}}</th><td><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></td><td class="num">{{PAY}}</td><td>{{WINDOW}}</td><td>{{HOLDBACK}}</td></tr>
{{/TERMS}}
    </tbody>
  </table></div>
</section>
{{#CLOSE}}
<section class="card" aria-labelledby="close-title">
  <div class="card-head"><h2 id="close-title">[[Close the program]]</h2></div>
  <div class="card-body stack">
    <p>[[For good: links stop, and nobody can apply. Sales of earlier clicks still count, and what was earned is paid.]]</p>
    <form method="post" action="/brand/programs/{{PID}}/close"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-danger">[[Close the program]]</button></form>
  </div>
</section>
{{/CLOSE}}
</div>
</div>
