{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Links & codes]]</h1></header>
{{#SOME}}
<section class="stack" aria-labelledby="links-title">
  <h2 id="links-title">[[Links]]</h2>
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[Your links, newest first]]</caption>
    <thead><tr><th scope="col">[[Link]]</th><th scope="col">[[Addresses]]</th><th scope="col">[[Leads to]]</th><th scope="col">[[Status]]</th><th scope="col"><span class="visually-hidden">[[Action]]</span></th></tr></thead>
    <tbody>
{{#LINK}}
    <tr>
      <th scope="row" data-label="[[Link]]"><bdi>{{NAME}}</bdi><br><span class="muted"><bdi>{{BRAND}}</bdi> · <bdi>{{PROGRAM}}</bdi></span></th>
      <td class="wide" data-label="[[Addresses]]"><div class="stack-tight">{{#SHORT}}{{>COPY}}{{/SHORT}}{{#GO}}{{>COPY}}{{/GO}}{{#REF}}{{>COPY}}{{/REF}}</div></td>
      <td class="prose wide" data-label="[[Leads to]]">{{DEST}}</td>
      <td data-label="[[Status]]">{{>STATUS}}</td>
      <td data-label="[[Action]]">
{{#PAUSE}}
        <form method="post" action="/partner/links/{{PID}}/pause"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button">[[Pause]]</button></form>
{{/PAUSE}}
{{#RESUME}}
        <form method="post" action="/partner/links/{{PID}}/resume"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button">[[Resume]]</button></form>
{{/RESUME}}
      </td>
    </tr>
{{/LINK}}
    </tbody>
  </table></div>
{{#MORE}}
  <p><a class="button" href="/partner/links?before={{BEFORE}}">[[Older links]]</a></p>
{{/MORE}}
</section>
{{/SOME}}
{{>EMPTY}}
{{#CODES}}
<section class="stack" aria-labelledby="codes-title">
  <h2 id="codes-title">[[Discount codes]]</h2>
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[Your discount codes]]</caption>
    <thead><tr><th scope="col">[[Code]]</th><th scope="col">[[Program]]</th><th scope="col">[[Status]]</th></tr></thead>
    <tbody>
{{#CODE}}
    <tr>
      <th class="wide" scope="row" data-label="[[Code]]">{{>COPY}}</th>
      <td data-label="[[Program]]"><bdi>{{BRAND}}</bdi> · <bdi>{{PROGRAM}}</bdi></td>
      <td data-label="[[Status]]">{{>STATUS}}{{#STOPS}}<br><span class="muted">[[until <time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>]]</span>{{/STOPS}}{{#REPLACED}}<br><span class="muted">[[replaced by <code>{{BY}}</code>]]</span>{{/REPLACED}}</td>
    </tr>
{{/CODE}}
    </tbody>
  </table></div>
</section>
{{/CODES}}
{{#ADD}}
<section class="card" aria-labelledby="add-title">
  <div class="card-head"><h2 id="add-title">[[One more link]]</h2></div>
  <div class="card-body">
{{>SUMMARY}}
    <form class="form" method="post" action="/partner/links" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Make the link]]</button></div>
    </form>
  </div>
</section>
{{/ADD}}
