{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><h1><bdi>{{TITLE}}</bdi></h1><p><bdi>{{PROGRAM}}</bdi></p></div></header>
<section class="card" aria-label="{{TITLE}}">
  <div class="card-body stack">
{{>SUMMARY}}
    <p>{{EFFECT}}</p>
    <form class="form" method="post" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-danger">{{BUTTON}}</button><a class="button button-quiet" href="{{BACK}}">[[Back]]</a></div>
    </form>
  </div>
</section>
