//! The demonstration as a whole: ports that stay, and over them a server that a switch replaces.

use std::sync::{Arc, PoisonError, RwLock, Weak};

use async_trait::async_trait;
use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use regain_server::{
    adapters::{People, SiteVerify, TrustedRoots, TrustedRootsError, WebClientError},
    app::App,
    config::{Config, ConfigError, KeyError},
    http::{self, hosted},
    ports::{CallEvent, CallInstruction, CallListener, CallRef, EventNotTaken, Ports},
};
use toml::Table;
use tower::ServiceExt as _;

use crate::{
    Outbox, Settings,
    pages::{self, BANNER, Demo, Switched},
};

/// A demonstration.
pub struct Site {
    stage: Stage,
    current: RwLock<Arc<Generation>>,
    /// Itself, for the pages that switch.
    this: Weak<Self>,
}

/// The part that stays.
struct Stage {
    settings: Settings,
    ports: Ports,
    outbox: Outbox,
    people: Arc<People>,
    widget: Router,
}

/// One of the servers that follow each other. Requests under way keep the one that they began with.
struct Generation {
    demo: Demo,
    router: Router,
}

/// Failure to switch. The server goes on as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SwitchError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Roots(#[from] TrustedRootsError),
    #[error(transparent)]
    Captcha(#[from] WebClientError),
}

impl Site {
    /// Puts a demonstration together. `outbox` is among the ports where the settings say so; `widget` serves the
    /// widget's files.
    pub fn new(
        settings: Settings,
        config: Config,
        ports: Ports,
        outbox: Outbox,
        people: People,
        widget: Router,
    ) -> Result<Arc<Self>, KeyError> {
        let app = App::new(config, ports.clone())?;
        let stage = Stage { settings, ports, outbox, people: Arc::new(people), widget };
        let site = Arc::new_cyclic(|this| {
            let current = RwLock::new(Arc::new(stage.generation(&app, this)));
            Self { stage, current, this: this.clone() }
        });
        site.stage.outbox.report_to(site.calls());
        Ok(site)
    }

    /// The server as it is now.
    pub fn app(&self) -> Arc<App> {
        self.demo().app
    }

    /// Hears of calls on behalf of the server as it is then.
    pub fn calls(&self) -> Arc<dyn CallListener> {
        Arc::new(Calls(self.this.clone()))
    }

    /// Hands each request to the server as it is then.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().fallback(handed_over).with_state(Arc::clone(self))
    }

    /// Replaces the server by one with other values for some keys of its configuration, over the same ports.
    fn switched(&self, changes: &Table) -> Result<(), SwitchError> {
        let config = self.stage.settings.with(changes)?;
        let roots = TrustedRoots::load(config.server.ca_file.as_deref())?;
        let ports = Ports { captcha: SiteVerify::configured(&config.captcha, &roots)?, ..self.stage.ports.clone() };
        let next = self.stage.generation(&App::new(config, ports)?, &self.this);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }

    fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Switched for Site {
    fn switch(&self, changes: &Table) -> Result<(), String> {
        self.switched(changes).map_err(|error| error.to_string())
    }

    fn demo(&self) -> Demo {
        self.current().demo.clone()
    }
}

impl Stage {
    fn generation(&self, app: &Arc<App>, site: &Weak<Site>) -> Generation {
        let hosted = hosted::routes(Arc::clone(app), Some(BANNER));
        let demo = Demo {
            app: Arc::clone(app),
            outbox: self.outbox.clone(),
            people: Arc::clone(&self.people),
            signer: self.settings.signer().cloned(),
            site: site.clone(),
        };
        let pages = hosted.merge(self.widget.clone()).merge(pages::routes(demo.clone()));
        Generation { demo, router: http::router(app, pages) }
    }
}

async fn handed_over(State(site): State<Arc<Site>>, request: Request) -> Response {
    let router = site.current().router.clone();
    router.oneshot(request).await.into_response()
}

/// Tells the server as it is at the moment what becomes of calls.
struct Calls(Weak<Site>);

#[async_trait]
impl CallListener for Calls {
    async fn on_event(&self, call: &CallRef, event: CallEvent) -> Result<CallInstruction, EventNotTaken> {
        let site = self.0.upgrade().ok_or(EventNotTaken)?;
        site.app().flows().on_event(call, event).await
    }
}
