{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[New program]]</h1></header>
<section class="card" aria-labelledby="terms-title">
  <div class="card-head"><h2 id="terms-title">[[Terms]]</h2></div>
  <div class="card-body">
{{>SUMMARY}}
    <form class="form" method="post" action="/brand/programs" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Make the program]]</button></div>
      <p class="muted">[[It starts as a draft: only test links and test sales work until you open it.]]</p>
    </form>
  </div>
</section>
