{{%AUTOESCAPE context="HTML"}}
<section class="panel panel-wide">
  <h1>[[Sign up]]</h1>
  <p>[[What brings you here?]]</p>
  <div class="columns">
    <a class="card card-body" href="/signup/brand">
      <h2>[[I run a brand]]</h2>
      <p class="secondary">[[Set up a program, invite creators, and pay for the sales that customers keep.]]</p>
    </a>
    <a class="card card-body" href="/signup/creator">
      <h2>[[I am a creator]]</h2>
      <p class="secondary">[[Find programs, get links and codes of your own, and see why each sale counts.]]</p>
    </a>
  </div>
  <p>[[You have an account already? <a href="/login">Log in</a>]]</p>
</section>
