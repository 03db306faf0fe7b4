{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Operator]]</h1></header>
<div class="stack" data-live-url="/admin/live">{{>FIGURES}}</div>
