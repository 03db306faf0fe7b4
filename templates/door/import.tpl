{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/sales">[[Sales]]</a>
  <h1>[[Import sales and refunds]]</h1><p>[[From a CSV file of at most 1,000 rows and 1 MiB. You see what it would do before anything is written.]]</p></div></header>
{{#FORM}}
<div class="split">
<section class="card" aria-labelledby="file-title">
  <div class="card-head"><h2 id="file-title">[[The file]]</h2></div>
  <div class="card-body stack">
{{>SUMMARY}}
    <form class="form" method="post" action="/brand/sales/import" enctype="multipart/form-data">
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="field"><label for="f-file">[[CSV file]]</label>
        <p class="hint" id="f-file-hint">[[UTF-8, with a first row that names the columns.]]</p>
        <input type="file" id="f-file" name="file" accept=".csv,text/csv" required aria-describedby="f-file-hint"></div>
      <div class="form-actions"><button class="button button-primary">[[Show what it would do]]</button><a class="button button-quiet" href="/brand/sales">[[Back]]</a></div>
    </form>
  </div>
</section>
<section class="card" aria-labelledby="columns-title">
  <div class="card-head"><h2 id="columns-title">[[Columns]]</h2></div>
  <div class="card-body stack">
    <dl class="facts">
      <dt><code>order</code></dt><dd>[[The order's number. A sale counts once by it: importing a file twice changes nothing.]]</dd>
      <dt><code>amount</code></dt><dd>[[Such as 129.90. A refund without one takes back the whole order.]]</dd>
      <dt><code>type</code></dt><dd>[[sale, unless told, or refund.]]</dd>
      <dt><code>currency</code></dt><dd>[[Three letters; the program's, unless told.]]</dd>
      <dt><code>date</code></dt><dd>[[2026-11-21, in the brand's time zone, or with time and offset: 2026-11-21T06:13:05Z.]]</dd>
      <dt><code>creator</code>, <code>code</code>, <code>click_id</code></dt><dd>[[Who is credited: a handle, a discount code or a click.]]</dd>
      <dt><code>event</code></dt><dd>[[sale, unless told, lead, signup, form, trial or rebill.]]</dd>
      <dt><code>refund_id</code></dt><dd>[[For each partial refund, so that it counts once.]]</dd>
      <dt><code>reason</code></dt><dd>[[Of a refund: refund, cancelled, chargeback, duplicate, test_order or other.]]</dd>
      <dt><code>note</code></dt><dd>[[Free text; the creator reads a refund's.]]</dd>
    </dl>
  </div>
</section>
</div>
{{/FORM}}
{{>EMPTY}}
