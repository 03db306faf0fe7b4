{{%AUTOESCAPE context="HTML"}}
<dl class="kpis">{{>KPI}}</dl>
