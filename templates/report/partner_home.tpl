{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Home]]</h1></header>
<div data-live-url="/partner/live" data-live-etag="{{ETAG}}">{{>FIGURES}}</div>
<div class="split split-even">
{{#SHARE}}
<section class="card" aria-labelledby="share-title">
  <div class="card-head"><h2 id="share-title" class="grow">[[To share]]</h2><span class="muted"><bdi>{{BRAND}}</bdi> · <bdi>{{PROGRAM}}</bdi></span></div>
  <div class="card-body stack">
    <div><p class="muted">[[Link]]</p>{{>LINK}}</div>
{{#CODE}}
    <div><p class="muted">[[Discount code]]</p>{{>COPY}}</div>
{{/CODE}}
    <p><a href="/partner/links">[[All your links and codes]]</a></p>
  </div>
</section>
{{/SHARE}}
{{#NEWEST}}
<section class="card" aria-labelledby="newest-title">
  <div class="card-head"><h2 id="newest-title" class="grow">[[Newest sales]]</h2><a href="/partner/earnings">[[All earnings]]</a></div>
  <div class="live-note" role="status" data-live-url="/partner/earnings/live?since={{SINCE}}"></div>
  <div class="table-wrap"><table class="table">
    <caption class="visually-hidden">[[Your newest sales]]</caption>
    <thead><tr><th scope="col">[[Time]]</th><th scope="col">[[Brand]]</th><th scope="col" class="num">[[Earned]]</th><th scope="col">[[Status]]</th></tr></thead>
    <tbody>
{{#SALE}}
    <tr data-href="/partner/earnings/{{PID}}">
      <th scope="row"><a href="/partner/earnings/{{PID}}"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></a></th>
      <td><bdi>{{BRAND}}</bdi></td>
      <td class="num">{{EARNED}}</td>
      <td>{{>STATUS}}</td>
    </tr>
{{/SALE}}
    </tbody>
  </table></div>
</section>
{{/NEWEST}}
</div>
