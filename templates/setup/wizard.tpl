{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><h1>[[Setup]]</h1><p role="status"{{#LIVE_NEWS}} data-live-url="/brand/setup/news?program={{PID}}" data-live-etag="{{ETAG}}"{{/LIVE_NEWS}}>{{PROGRESS}}</p></div></header>
<div class="wizard"{{#LIVE_STEPS}} data-live-url="{{URL}}" data-live-etag="{{ETAG}}"{{/LIVE_STEPS}}>{{>STEPS}}</div>
