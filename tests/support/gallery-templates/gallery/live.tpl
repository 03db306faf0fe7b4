{{%AUTOESCAPE context="HTML"}}
<h1>[[Live]]</h1>
<div class="live-note" role="status" data-live-url="/live" data-live-etag="{{ETAG}}"></div>
