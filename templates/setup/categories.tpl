{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/integrations">[[Integrations]]</a><h1>[[Categories]]</h1></div></header>
<p class="secondary">[[Shopify's and other orders name a SKU but no category. Where a program excludes categories or pays them differently, this list says what an article is.]]</p>
{{>SUMMARY}}
<form class="form form-wide" method="post" action="/brand/integrations/categories" enctype="multipart/form-data" novalidate>
  <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
  <div class="field"><label for="f-file">[[Or a CSV file]]</label><p class="hint" id="f-file-hint">[[UTF-8, at most 2,000 lines.]]</p><input type="file" id="f-file" name="file" accept=".csv,text/csv" aria-describedby="f-file-hint"></div>
  <div class="form-actions"><button class="button button-primary">[[Keep these lines]]</button></div>
</form>
{{#SOME}}
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">[[Articles and their categories, by SKU]]</caption>
  <thead><tr><th scope="col">[[SKU]]</th><th scope="col">[[Category]]</th><th scope="col"><span class="visually-hidden">[[Change]]</span></th></tr></thead>
  <tbody>
{{#ROW}}
  <tr><th scope="row" data-label="[[SKU]]"><bdi>{{SKU}}</bdi></th><td data-label="[[Category]]"><bdi>{{CATEGORY}}</bdi></td>
    <td><form method="post" action="/brand/integrations/categories/remove"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="sku" value="{{SKU}}"><button class="button">[[Remove]]</button></form></td></tr>
{{/ROW}}
  </tbody>
</table></div>
{{>PAGER}}
{{/SOME}}
{{>EMPTY}}
