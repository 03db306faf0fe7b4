{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Codes]]</h1>
  <a class="button" href="/brand/codes.csv">[[CSV]]</a>
  <a class="button" href="/brand/codes.csv?format=shopify">[[For Shopify]]</a>
  <a class="button" href="/brand/codes.csv?format=woocommerce">[[For WooCommerce]]</a>
</header>
<p class="secondary">[[A sale with a creator's code is credited to the creator, with or without a click. The files for shops hold the codes that work and take something off.]]</p>
{{#SOME}}
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">[[Discount codes, newest first]]</caption>
  <thead><tr><th scope="col">[[Code]]</th><th scope="col">[[Creator]]</th><th scope="col">[[Status]]</th><th scope="col" class="num">[[Discount]]</th><th scope="col" class="num">[[Sales]]</th></tr></thead>
  <tbody>
{{#ROW}}
    <tr data-href="/brand/codes/{{ID}}">
      <th scope="row" data-label="[[Code]]"><a href="/brand/codes/{{ID}}"><code>{{CODE}}</code></a>{{#REPLACED}}<br><span class="muted">[[replaced by <code>{{BY}}</code>]]</span>{{/REPLACED}}</th>
      <td data-label="[[Creator]]"><bdi>{{WHO}}</bdi><br><span class="muted"><bdi>{{PROGRAM}}</bdi></span></td>
      <td data-label="[[Status]]">{{>STATUS}}{{#STOPS}}<br><span class="muted">[[until <time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>]]</span>{{/STOPS}}</td>
      <td class="num" data-label="[[Discount]]">{{DISCOUNT}}</td>
      <td class="num" data-label="[[Sales]]">{{SALES}}</td>
    </tr>
{{/ROW}}
  </tbody>
</table></div>
{{#MORE}}
<p><a class="button" href="/brand/codes?before={{BEFORE}}">[[Older codes]]</a></p>
{{/MORE}}
{{/SOME}}
{{>EMPTY}}
<section class="card" aria-labelledby="settings-title">
  <div class="card-head"><h2 id="settings-title">[[All codes]]</h2></div>
  <div class="card-body">
{{>SUMMARY}}
    <form class="form" method="post" action="/brand/codes" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Save]]</button></div>
    </form>
  </div>
</section>
